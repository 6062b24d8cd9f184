-- Harm: a reconciliation that leaves out a line of either side shows a gap smaller than it is. Of a partly priced
-- request it takes the meters that have a price, whether or not they are taken for its cost; and what the volume
-- tiers of a contract change. All days are compared with their metered usage, and each day that changed is held, in
-- it, against the requests.
with metered as (

    select
        usage_date,
        sum({{ known_meter_costs() }}) as gateway_usd
    from {{ ref('int_metered_usage_daily') }}
    where is_billable and not is_quarantined
    group by 1

),

metered_days as (

    select * from metered
    {{ where_days_to_check() }}

),

requests as (

    select
        usage_date,
        coalesce(sum(cost_lower_bound_usd), 0) as gateway_usd
    from {{ ref('int_accepted_attempts') }}
    {{ where_days_to_check() }}
    group by 1

),

reconciled as (

    select
        sum(gateway_cost_usd) as gateway_usd,
        sum(provider_cost_usd) as provider_usd
    from {{ ref('fct_reconciliation_daily') }}

),

gateway as (

    select
        coalesce((select sum(metered.gateway_usd) from metered), 0)
        + coalesce((select sum(adjustment_usd) from {{ ref('int_tier_adjustments') }}), 0) as gateway_usd

),

provider as (

    select sum(amount_usd) as provider_usd from {{ ref('int_bill_lines') }}

)

select
    cast(null as date) as usage_date,
    reconciled.gateway_usd as reconciled_gateway_usd,
    gateway.gateway_usd,
    reconciled.provider_usd as reconciled_provider_usd,
    provider.provider_usd
from reconciled
cross join gateway
cross join provider
where
    coalesce(reconciled.gateway_usd, 0) != coalesce(gateway.gateway_usd, 0)
    or coalesce(reconciled.provider_usd, 0) != coalesce(provider.provider_usd, 0)

union all

select
    coalesce(metered_days.usage_date, requests.usage_date) as usage_date,
    metered_days.gateway_usd as reconciled_gateway_usd,
    requests.gateway_usd,
    null as reconciled_provider_usd,
    null as provider_usd
from metered_days
full outer join requests
    on metered_days.usage_date = requests.usage_date
where coalesce(metered_days.gateway_usd, 0) != coalesce(requests.gateway_usd, 0)
