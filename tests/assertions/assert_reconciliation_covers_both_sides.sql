-- Harm: a reconciliation that leaves out a line of either side shows a gap smaller than it is. Of a partly priced
-- request it takes the meters that have a price, whether or not they are taken for its cost; and what the volume
-- tiers of a contract change.
with reconciled as (

    select
        sum(gateway_cost_usd) as gateway_usd,
        sum(provider_cost_usd) as provider_usd
    from {{ ref('fct_reconciliation_daily') }}

),

gateway as (

    select
        coalesce((select sum(cost_lower_bound_usd) from {{ ref('int_accepted_attempts') }}), 0)
        + coalesce((select sum(adjustment_usd) from {{ ref('int_tier_adjustments') }}), 0) as gateway_usd

),

provider as (

    select sum(amount_usd) as provider_usd from {{ ref('int_bill_lines') }}

)

select
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
