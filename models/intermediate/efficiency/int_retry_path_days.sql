-- Attempts that repeat an earlier one, by what they repeat: few rows, read once a day.
{{ incremental_by_day() }}

with attempts as (

    select * from {{ ref('int_accepted_attempts') }}
    {{ where_days_changed() }}

),

extra as (

    select
        *,
        case when is_fallback then 'fallback' else 'retry' end as path_kind,
        {{ named_model() }} as to_model
    from attempts
    where is_fallback or is_retry

)

select
    usage_date,
    team_id,
    service_name,
    feature,
    provider,
    path_kind,
    case when path_kind = 'fallback' then coalesce(fallback_from_model, 'unknown') else to_model end as from_model,
    to_model,
    count(*) as attempt_count,
    cast(sum(case when request_status in {{ failed_statuses() }} then 1 else 0 end) as bigint) as failed_count,
    cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
    cast(sum(case when cost_usd is null then 1 else 0 end) as bigint) as unpriced_count
from extra
group by 1, 2, 3, 4, 5, 6, 7, 8
