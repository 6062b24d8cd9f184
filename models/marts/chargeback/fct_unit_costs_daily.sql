with usage as (

    select
        usage_date,
        sum(request_count) as request_count,
        sum(cost_usd) as cost_usd,
        count(distinct case when request_count > 0 and customer_id != 'none' then customer_id end)
            as active_customer_count
    from {{ ref('int_customer_usage_daily') }}
    group by 1

),

events as (

    select
        event_date as usage_date,
        sum(case when is_revenue then 0 else 1 end) as outcome_count,
        sum(case when is_successful and not is_revenue then 1 else 0 end) as successful_outcome_count
    from {{ ref('int_business_events') }}
    group by 1

),

daily as (

    select
        coalesce(usage.usage_date, events.usage_date) as usage_date,
        cast(coalesce(usage.request_count, 0) as bigint) as request_count,
        cast(case when usage.usage_date is null then 0 else usage.cost_usd end as {{ money_type() }}) as cost_usd,
        cast(coalesce(events.outcome_count, 0) as bigint) as outcome_count,
        cast(coalesce(events.successful_outcome_count, 0) as bigint) as successful_outcome_count,
        coalesce(usage.active_customer_count, 0) as active_customer_count
    from usage
    full outer join events
        on usage.usage_date = events.usage_date

)

select
    usage_date,
    request_count,
    cost_usd,
    outcome_count,
    successful_outcome_count,
    active_customer_count,
    {{ prorate('cost_usd', '1', 'request_count') }} as cost_per_request_usd,
    {{ prorate('cost_usd', '1', 'successful_outcome_count') }} as cost_per_successful_outcome_usd,
    {{ prorate('cost_usd', '1', 'active_customer_count') }} as cost_per_active_customer_usd
from daily
