{{ incremental_by_day() }}

with attempts as (

    select
        *,
        case when requested_model_cost_usd is not null then cost_usd end as compared_cost_usd
    from {{ ref('int_drifted_attempts') }}
    {{ where_days_changed() }}

)

select
    usage_date,
    team_id,
    service_name,
    source_system,
    provider,
    requested_model,
    billed_model,
    model_drift,
    count(*) as attempt_count,
    cast(sum(case when requested_model_cost_usd is null then 1 else 0 end) as bigint) as uncompared_count,
    cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
    cast(sum(compared_cost_usd) as {{ money_type() }}) as compared_cost_usd,
    cast(sum(requested_model_cost_usd) as {{ money_type() }}) as requested_model_cost_usd,
    cast(sum(compared_cost_usd) - sum(requested_model_cost_usd) as {{ money_type() }}) as difference_usd
from attempts
group by 1, 2, 3, 4, 5, 6, 7, 8
