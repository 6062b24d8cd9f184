-- The month of each scale: what its use cost before the tiers, what they change in it, and whether that is final. It
-- is, once something was loaded after the month's end and no usage of the provider's month waits for its bill.
{{ config(materialized='table') }}

with days as (

    select
        scale_key,
        usage_period,
        max(month_units) as month_units,
        max(usage_date) as last_usage_date,
        cast(sum(cost_usd) as {{ money_type() }}) as cost_usd
    from {{ ref('int_tier_days') }}
    group by 1, 2

),

scales as (

    select distinct
        scale_key, contract_id, provider, billing_account_id, model, meter, service_tier, counted_in, holds_for
    from {{ ref('int_contract_tiers') }}

),

adjusted as (

    select
        scale_key,
        usage_period,
        sum(adjustment_usd) as adjustment_usd
    from {{ ref('int_tier_adjustments') }}
    group by 1, 2

),

waiting as (

    select distinct
        usage_period,
        provider
    from {{ ref('int_usage_charges') }}
    where accrued_usd != 0

),

loaded as (

    select max(loaded_at) as last_loaded_at
    from {{ ref('int_charges_daily') }}

)

select
    scales.*,
    days.usage_period,
    days.month_units,
    days.last_usage_date,
    days.cost_usd,
    cast(coalesce(adjusted.adjustment_usd, 0) as {{ money_type() }}) as adjustment_usd,
    waiting.provider is null
    and coalesce(
        loaded.last_loaded_at >= cast({{ months_after('days.usage_period', 1) }} as timestamp), false
    ) as is_final
from days
inner join scales
    on days.scale_key = scales.scale_key
cross join loaded
left join adjusted
    on days.scale_key = adjusted.scale_key and days.usage_period = adjusted.usage_period
left join waiting
    on days.usage_period = waiting.usage_period and scales.provider = waiting.provider
