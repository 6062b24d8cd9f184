{{ incremental_by_day() }}

with logical_requests as (

    select * from {{ ref('fct_logical_requests') }}
    {{ where_days_changed() }}

)

select
    usage_date,
    team_id,
    service_name,
    feature,
    customer_id,
    count(*) as request_count,
    cast(sum(attempt_count) as bigint) as attempt_count,
    cast(sum(case when outcome = 'failure' then 0 else 1 end) as bigint) as success_count,
    cast(sum(case when attempt_count > fan_out_count + 1 or retry_count > 0 then 1 else 0 end) as bigint)
        as retried_count,
    cast(sum(case when fallback_count > 0 then 1 else 0 end) as bigint) as escalated_count,
    cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
    cast(sum(wasted_cost_usd) as {{ money_type() }}) as wasted_cost_usd,
    cast(sum(unpriced_count) as bigint) as unpriced_count
from logical_requests
group by 1, 2, 3, 4, 5
