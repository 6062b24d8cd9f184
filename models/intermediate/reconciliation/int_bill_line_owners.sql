-- Whose the usage on the current bill is, as of the day: the credential's owner, else that of its role, else whom a
-- cost-allocation tag names, else the owner of the project, workspace or account. A session of AWS is its role's, as
-- on the logs. A shared owner (team_kind shared) is a credential that the gateways use for several teams. A
-- credential that nobody registered, on an account of which others are registered, is nobody's.
{{ config(materialized='table') }}

with lines as (

    select * from {{ ref('int_bill_lines_by_category') }}
    where amount_usd is not null

),

owner_names as (

    select distinct
        credentials.credential_id,
        credentials.team_id,
        teams.team_kind,
        credentials.valid_from,
        credentials.valid_to
    from {{ ref('int_credential_owners') }} as credentials
    inner join {{ ref('int_team_windows') }} as teams
        on
            credentials.team_id = teams.team_id
            and credentials.valid_to > teams.valid_from and credentials.valid_from < teams.valid_to

),

joined as (

    select
        lines.*,
        coalesce(by_credential.team_id, by_role.team_id) as credential_team_id,
        coalesce(by_credential.team_kind, by_role.team_kind) as credential_team_kind,
        tagged.team_id as tag_team_id,
        tagged.team_kind as tag_team_kind,
        by_account.team_id as account_team_id,
        by_account.team_kind as account_team_kind,
        coalesce(gateway.gateway_quantity, 0) as gateway_quantity,
        max(case when coalesce(by_credential.team_id, by_role.team_id) is not null then 1 else 0 end) over (
            partition by lines.provider, lines.billing_account_id
        ) as has_registered_credentials
    from lines
    left join owner_names as by_credential
        on
            lines.credential_id = by_credential.credential_id
            and lines.usage_date >= by_credential.valid_from and lines.usage_date < by_credential.valid_to
    left join owner_names as by_role
        on
            case when lines.credential_id like 'arn:%' then {{ role_of_arn('lines.credential_id') }} end
            = by_role.credential_id
            and lines.usage_date >= by_role.valid_from and lines.usage_date < by_role.valid_to
    left join {{ ref('int_bill_tag_owners') }} as tagged
        on lines.tags = tagged.tags and lines.usage_date = tagged.usage_date
    left join owner_names as by_account
        on
            lines.sub_account_id = by_account.credential_id
            and lines.usage_date >= by_account.valid_from and lines.usage_date < by_account.valid_to
    left join {{ ref('int_gateway_costs_daily') }} as gateway
        on {{ same_line('lines', 'gateway') }} and lines.is_reconciling_item = gateway.is_reconciling_item

),

-- a tag speaks of what the logs do not have: the other lines of the same kind must be enough for all that they have
owned as (

    select
        *,
        credential_team_id is null and tag_team_id is not null
        and gateway_quantity <= sum(
            case when credential_team_id is not null or tag_team_id is null then coalesce(quantity, 0) else 0 end
        ) over (partition by {{ line_keys() | join(', ') }}, is_reconciling_item) as is_tagged
    from joined

),

final as (

    select
        {{ line_keys() | join(', ') }},
        is_reconciling_item,
        coalesce(credential_id, 'none') as credential_id,
        coalesce(sub_account_id, 'none') as sub_account_id,
        case
            when is_tagged then 'tagged'
            when credential_id is null then 'unnamed'
            when credential_team_id is not null then 'registered'
            when has_registered_credentials = 1 then 'unregistered'
            else 'unjudged'
        end as credential_status,
        -- null: the gateways share it, so that their record says which teams
        case
            when credential_team_id is not null
                then case when credential_team_kind = 'team' then credential_team_id end
            when is_tagged then case when tag_team_kind = 'team' then tag_team_id end
            when account_team_kind = 'team' then account_team_id
            when credential_id is not null and has_registered_credentials = 1 then 'unattributed'
        end as team_id,
        quantity,
        amount_usd
    from owned

)

select
    {{ line_keys() | join(', ') }},
    is_reconciling_item,
    credential_id,
    sub_account_id,
    credential_status,
    team_id,
    cast(sum(quantity) as {{ money_type() }}) as provider_quantity,
    cast(sum(amount_usd) as {{ money_type() }}) as provider_cost_usd
from final
group by {{ line_keys() | join(', ') }}, is_reconciling_item, credential_id, sub_account_id, credential_status, team_id
