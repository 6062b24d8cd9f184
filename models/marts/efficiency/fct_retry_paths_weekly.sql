{{ incremental_by_period('int_spend_periods', 'week_start_date', "'week'") }}

with days as (

    select * from {{ ref('int_retry_path_days') }}
    {{ where_days_of_periods_changed('int_spend_periods', 'week') }}

)

select
    {{ week_of('usage_date') }} as week_start_date,
    team_id,
    service_name,
    feature,
    provider,
    path_kind,
    attempt_reason,
    from_model,
    to_model,
    cast(sum(attempt_count) as bigint) as attempt_count,
    cast(sum(failed_count) as bigint) as failed_count,
    cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
    cast(sum(unpriced_count) as bigint) as unpriced_count
from days
group by 1, 2, 3, 4, 5, 6, 7, 8, 9
