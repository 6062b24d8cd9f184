with facts as (

    select * from {{ ref('int_unit_facts') }}

),

by_unit as (

    {% for kind, unit in {'all': "'all'", 'feature': 'feature', 'customer': 'customer_id'}.items() %}
    select
        usage_period,
        '{{ kind }}' as unit_kind,
        {{ unit }} as unit_id,
        sum(request_count) as request_count,
        sum(cost_usd) as cost_usd,
        sum(outcome_count) as outcome_count,
        sum(successful_outcome_count) as successful_outcome_count,
        count(distinct case when request_count > 0 and customer_id != 'none' then customer_id end)
            as active_customer_count,
        sum(revenue_usd) as revenue_usd,
        sum(unconverted_count) as unconverted_count
    from facts
    group by 1, 2, 3
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

typed as (

    select
        usage_period,
        unit_kind,
        unit_id,
        cast(request_count as bigint) as request_count,
        cast(cost_usd as {{ money_type() }}) as cost_usd,
        cast(outcome_count as bigint) as outcome_count,
        cast(successful_outcome_count as bigint) as successful_outcome_count,
        cast(active_customer_count as bigint) as active_customer_count,
        cast(revenue_usd as {{ money_type() }}) as revenue_usd,
        -- revenue of which some could not be converted is more than what is known of it
        cast(case when unconverted_count = 0 then revenue_usd end as {{ money_type() }}) as known_revenue_usd,
        cast(unconverted_count as bigint) as unconverted_count
    from by_unit

)

select
    usage_period,
    unit_kind,
    unit_id,
    request_count,
    cost_usd,
    outcome_count,
    successful_outcome_count,
    active_customer_count,
    revenue_usd,
    unconverted_count,
    {{ prorate('cost_usd', '1', 'request_count') }} as cost_per_request_usd,
    {{ prorate('cost_usd', '1', 'successful_outcome_count') }} as cost_per_successful_outcome_usd,
    {{ prorate('cost_usd', '1', 'active_customer_count') }} as cost_per_active_customer_usd,
    cast(known_revenue_usd - cost_usd as {{ money_type() }}) as margin_usd,
    {{ money_ratio_of('known_revenue_usd - cost_usd', 'known_revenue_usd') }} as margin_share
from typed
