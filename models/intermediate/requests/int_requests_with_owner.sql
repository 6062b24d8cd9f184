-- Who caused the request: the first of these that answers, as of the day of use, so that a
-- reorganisation never moves history. Nobody is dropped; a team that no seed knows counts as itself.
with requests as (

    select
        *,
        lower(team_tag) as team_tag_name,
        lower(gateway_team) as gateway_team_name
    from {{ ref('int_requests_with_status') }}

),

team_names as (

    select * from {{ ref('int_team_names') }}

),

credentials as (

    select * from {{ ref('int_credential_owners') }}

),

service_accounts as (

    select * from {{ ref('int_service_accounts') }}

),

candidates as (

    select
        requests.*,
        tag.team_id as tag_team_id,
        tag.method as tag_method,
        gateway.team_id as gateway_team_id,
        coalesce(key_by_id.team_id, key_by_name.team_id) as credential_team_id,
        coalesce(key_by_id.billing_account_id, key_by_name.billing_account_id, 'default')
            as billing_account_id,
        service_accounts.team_id as service_team_id
    from requests
    left join team_names as tag
        on
            requests.team_tag_name = tag.team_name
            and requests.usage_date >= tag.valid_from and requests.usage_date < tag.valid_to
    left join team_names as gateway
        on
            requests.gateway_team_name = gateway.team_name
            and requests.usage_date >= gateway.valid_from and requests.usage_date < gateway.valid_to
    left join credentials as key_by_id
        on
            requests.credential_id = key_by_id.credential_id
            and requests.usage_date >= key_by_id.valid_from and requests.usage_date < key_by_id.valid_to
    left join credentials as key_by_name
        on
            requests.credential_name = key_by_name.credential_id
            and requests.usage_date >= key_by_name.valid_from and requests.usage_date < key_by_name.valid_to
    left join service_accounts
        on
            requests.service_name = service_accounts.service_name
            and requests.usage_date >= service_accounts.valid_from
            and requests.usage_date < service_accounts.valid_to

),

decided as (

    select
        *,
        case
            when team_tag_name is not null then coalesce(tag_method, 'explicit_tag')
            when gateway_team_name is not null then 'gateway_team'
            when credential_team_id is not null then 'credential_owner'
            when service_team_id is not null then 'service_account'
            else 'unattributed'
        end as attribution_method,
        coalesce(
            tag_team_id, team_tag_name, gateway_team_id, gateway_team_name,
            credential_team_id, service_team_id, 'unattributed'
        ) as team_id
    from candidates

),

teams as (

    select * from {{ ref('int_team_windows') }}

),

final as (

    select
        decided.*,
        case
            when decided.attribution_method = 'unattributed' then 'unattributed'
            when teams.team_id is null then 'unregistered_team'
            when teams.team_kind = 'shared' then 'shared'
            else 'attributed'
        end as attribution_status,
        coalesce(decided.cost_center_tag, teams.cost_center_id) as cost_center_id
    from decided
    left join teams
        on
            decided.team_id = teams.team_id
            and decided.usage_date >= teams.valid_from and decided.usage_date < teams.valid_to

)

select * from final
