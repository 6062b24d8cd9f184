-- A trace's attempts summed by day, so that a trace over several days is put together from few rows.
{{ incremental_by_day() }}

with attempts as (

    select * from {{ ref('int_accepted_attempts') }}
    {{ where_days_changed() }}

),

-- one window, because each order of a day's attempts costs a sort
ranked as (

    select
        *,
        first_value(request_key) over one_trace as first_request_key,
        max(cost_usd) over one_trace as costliest_cost_usd
    from attempts
    where trace_id is not null
    window one_trace as (
        partition by usage_date, trace_id
        order by usage_at, request_key
        rows between unbounded preceding and unbounded following
    )

)

select
    usage_date,
    trace_id,
    count(*) as step_count,
    count(distinct logical_request_id) as request_count,
    min(usage_at) as first_usage_at,
    max(usage_at) as last_usage_at,
    max(case when request_key = first_request_key then team_id end) as team_id,
    max(case when request_key = first_request_key then service_name end) as service_name,
    max(case when request_key = first_request_key then feature end) as feature,
    max(case when request_key = first_request_key then customer_id end) as customer_id,
    cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
    cast(max(cost_usd) as {{ money_type() }}) as costliest_step_cost_usd,
    min(case when cost_usd = costliest_cost_usd then request_key end) as costliest_request_key,
    cast(sum(case when cost_usd is null then 1 else 0 end) as bigint) as unpriced_count
from ranked
group by 1, 2
{{ in_order_of_days() }}
