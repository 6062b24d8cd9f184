-- The few traces that go on after midnight, put together from their days.
{{ config(materialized='table') }}

-- the days are read twice: what one step hands to two would be kept with all its columns
with long_traces as (

    select trace_id from {{ ref('int_trace_days') }}
    group by 1
    having count(*) > 1

),

ranked as (

    select
        trace_days.*,
        min(trace_days.usage_date) over one_trace as first_date,
        max(trace_days.costliest_step_cost_usd) over one_trace as costliest_cost_usd
    from {{ ref('int_trace_days') }} as trace_days
    inner join long_traces
        on trace_days.trace_id = long_traces.trace_id
    window one_trace as (partition by trace_days.trace_id)

)

select
    trace_id,
    min(usage_date) as usage_date,
    min(first_usage_at) as first_usage_at,
    max(last_usage_at) as last_usage_at,
    max(case when usage_date = first_date then team_id end) as team_id,
    max(case when usage_date = first_date then service_name end) as service_name,
    max(case when usage_date = first_date then feature end) as feature,
    cast(sum(step_count) as bigint) as step_count,
    cast(sum(request_count) as bigint) as request_count,
    cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
    cast(max(costliest_step_cost_usd) as {{ money_type() }}) as costliest_step_cost_usd,
    min(case when costliest_step_cost_usd = costliest_cost_usd then costliest_request_key end) as costliest_request_key,
    cast(sum(unpriced_count) as bigint) as unpriced_count
from ranked
group by 1
