-- The names that a company's files may take from each other, and what each is of. Providers, models and accounts
-- also exist when logs or bills have named them.
with used as (

    select
        provider,
        billing_account_id,
        billed_model,
        team_id
    from {{ ref('int_metered_usage_daily') }}
    group by 1, 2, 3, 4

),

billed as (

    select
        provider,
        billing_account_id
    from {{ ref('int_bill_lines_classified') }}
    group by 1, 2

),

names as (

    select 'team' as kind, team_id as name from {{ ref('teams') }}
    union all
    select 'team_or_logged' as kind, team_id as name from {{ ref('teams') }}
    union all
    select 'team_or_logged' as kind, team_id as name from used
    union all
    select 'service' as kind, service_name as name from {{ ref('services') }}
    where alias_of is null
    union all
    select 'cost_center' as kind, cost_center_id as name from {{ ref('cost_centers') }}
    union all
    select 'entity' as kind, entity_id as name from {{ ref('entities') }}
    union all
    select 'pool' as kind, pool_id as name from {{ ref('allocation_pools') }}
    union all
    select 'allocation_rule' as kind, rule_id as name from {{ ref('allocation_rules') }}
    union all
    select 'contract' as kind, contract_id as name from {{ ref('rate_contracts') }}
    union all
    select 'currency' as kind, 'USD' as name
    union all
    select 'currency' as kind, currency as name from {{ ref('fx_rates') }}
    union all
    select 'provider' as kind, provider as name from {{ ref('provider_aliases') }}
    union all
    select 'provider' as kind, provider as name from {{ ref('int_recorded_prices') }}
    union all
    select 'provider' as kind, provider as name from used
    union all
    select 'provider' as kind, provider as name from billed
    union all
    select 'model' as kind, model as name from {{ ref('int_recorded_prices') }}
    union all
    select 'model' as kind, billed_model as name from used
    union all
    select 'billing_account' as kind, billing_account_id as name from {{ ref('int_credential_owners') }}
    union all
    select 'billing_account' as kind, billing_account_id as name from used
    union all
    select 'billing_account' as kind, billing_account_id as name from billed

)

select distinct
    kind,
    name
from names
where name is not null
