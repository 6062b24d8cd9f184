-- Spend and outcomes of a month side by side, by customer and feature.
with usage as (

    select * from {{ ref('int_customer_usage_monthly') }}

),

events as (

    select
        usage_period,
        customer_id,
        feature,
        sum(case when is_revenue then 0 else 1 end) as outcome_count,
        sum(case when is_successful and not is_revenue then 1 else 0 end) as successful_outcome_count,
        sum(revenue_usd) as revenue_usd,
        sum(case when revenue_amount is not null and revenue_usd is null then 1 else 0 end) as unconverted_count
    from {{ ref('int_business_events') }}
    group by 1, 2, 3

)

select
    coalesce(usage.usage_period, events.usage_period) as usage_period,
    coalesce(usage.customer_id, events.customer_id) as customer_id,
    coalesce(usage.feature, events.feature) as feature,
    cast(coalesce(usage.request_count, 0) as bigint) as request_count,
    cast(case when usage.usage_period is null then 0 else usage.cost_usd end as {{ money_type() }}) as cost_usd,
    cast(coalesce(events.outcome_count, 0) as bigint) as outcome_count,
    cast(coalesce(events.successful_outcome_count, 0) as bigint) as successful_outcome_count,
    cast(events.revenue_usd as {{ money_type() }}) as revenue_usd,
    cast(coalesce(events.unconverted_count, 0) as bigint) as unconverted_count
from usage
full outer join events
    on
        usage.usage_period = events.usage_period
        and usage.customer_id = events.customer_id
        and usage.feature = events.feature
