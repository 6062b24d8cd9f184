{{ incremental_by_period('int_spend_periods', 'week_start_date', "'week'") }}

with spend as (

    select * from {{ ref('fct_spend_daily') }}
    {{ where_days_of_periods_changed('int_spend_periods', 'week') }}

),

by_model as (

    select
        {{ week_of('usage_date') }} as week_start_date,
        team_id,
        service_name,
        feature,
        provider,
        billed_model,
        service_tier,
        cast(sum(attempt_count) as bigint) as attempt_count,
        cast(sum({{ sum_of(meters() | selectattr('is_token') | map(attribute='quantity')) }}) as bigint) as token_count,
        cast(sum(cost_usd) as {{ money_type() }}) as cost_usd
    from spend
    group by 1, 2, 3, 4, 5, 6, 7

),

totals as (

    select
        *,
        sum(cost_usd) over (partition by week_start_date, team_id, service_name, feature) as whole_cost_usd
    from by_model

)

select
    week_start_date,
    team_id,
    service_name,
    feature,
    provider,
    billed_model,
    service_tier,
    attempt_count,
    token_count as total_tokens,
    cost_usd,
    {{ share_of('cost_usd', 'whole_cost_usd') }} as cost_share
from totals
