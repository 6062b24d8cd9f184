-- Whose the usage on the current bill is: the credential's owner, else that of the project or workspace, as
-- of the day. A session of AWS is its role's, as on the logs. A shared owner (team_kind shared) is a credential that
-- the gateways use for several teams. A credential that nobody registered, on an account of which others are
-- registered, is nobody's.
{{ config(materialized='table') }}

with lines as (

    select * from {{ ref('int_bill_lines_by_category') }}
    where amount_usd is not null

),

owners as (

    select
        credentials.*,
        teams.team_kind
    from {{ ref('int_credential_owners') }} as credentials
    inner join {{ ref('int_team_windows') }} as teams
        on
            credentials.team_id = teams.team_id
            and credentials.valid_to > teams.valid_from and credentials.valid_from < teams.valid_to

),

owner_names as (

    select distinct credential_id, team_id, team_kind, valid_from, valid_to
    from owners

),

owned as (

    select
        lines.*,
        coalesce(by_credential.team_id, by_role.team_id) as credential_team_id,
        coalesce(by_credential.team_id, by_role.team_id, by_account.team_id) as owner_team_id,
        coalesce(by_credential.team_kind, by_role.team_kind, by_account.team_kind) as owner_team_kind,
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
    left join owner_names as by_account
        on
            lines.sub_account_id = by_account.credential_id
            and lines.usage_date >= by_account.valid_from and lines.usage_date < by_account.valid_to

),

final as (

    select
        {{ line_keys() | join(', ') }},
        is_reconciling_item,
        coalesce(credential_id, 'none') as credential_id,
        coalesce(sub_account_id, 'none') as sub_account_id,
        case
            when credential_id is null then 'unnamed'
            when credential_team_id is not null then 'registered'
            when has_registered_credentials = 1 then 'unregistered'
            else 'unjudged'
        end as credential_status,
        -- null: the gateways share it, so that their record says which teams
        case
            when owner_team_kind = 'team' then owner_team_id
            when credential_id is not null and credential_team_id is null and has_registered_credentials = 1
                then 'unattributed'
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
