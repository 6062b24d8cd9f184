with outcomes as (

    select * from {{ ref('int_outcome_costs') }}

),

daily as (

    select
        event_date as usage_date,
        event_type as outcome_type,
        feature,
        billed_model,
        prompt_version,
        count(*) as outcome_count,
        cast(sum(case when is_successful then 1 else 0 end) as bigint) as successful_outcome_count,
        cast(sum(case when has_trace then 1 else 0 end) as bigint) as traced_outcome_count,
        cast(sum(case when has_trace and is_successful then 1 else 0 end) as bigint) as traced_success_count,
        cast(sum(cost_usd) as {{ money_type() }}) as cost_usd
    from outcomes
    group by 1, 2, 3, 4, 5

)

select
    usage_date,
    outcome_type,
    feature,
    billed_model,
    prompt_version,
    outcome_count,
    successful_outcome_count,
    traced_outcome_count,
    traced_success_count,
    cost_usd,
    {{ prorate('cost_usd', '1', 'traced_success_count') }} as cost_per_successful_outcome_usd
from daily
