with trace_days as (

    select * from {{ ref('int_trace_days') }}

),

ranked as (

    select
        *,
        row_number() over (partition by trace_id order by usage_date) as day_number,
        row_number() over (
            partition by trace_id order by dearest_step_cost_usd desc nulls last, usage_date asc
        ) as dearness
    from trace_days

)

select
    trace_id,
    min(usage_date) as usage_date,
    min(first_usage_at) as first_usage_at,
    max(last_usage_at) as last_usage_at,
    max(case when day_number = 1 then team_id end) as team_id,
    max(case when day_number = 1 then service_name end) as service_name,
    max(case when day_number = 1 then feature end) as feature,
    cast(sum(step_count) as bigint) as step_count,
    cast(sum(request_count) as bigint) as request_count,
    cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
    max(case when dearness = 1 then dearest_step_cost_usd end) as dearest_step_cost_usd,
    max(case when dearness = 1 then dearest_request_key end) as dearest_request_key,
    cast(sum(unpriced_count) as bigint) as unpriced_count
from ranked
group by 1
