-- Two daily sums side by side: what was used and paid (attempts), and what came of it (pieces of work).
{{ incremental_by_period('int_spend_periods', 'week_start_date', "'week'") }}

with spend as (

    select * from {{ ref('fct_spend_daily') }}
    {{ where_days_of_periods_changed('int_spend_periods', 'week') }}

),

outcomes as (

    select * from {{ ref('fct_efficiency_daily') }}
    {{ where_days_of_periods_changed('int_spend_periods', 'week') }}

),

used as (

    select
        {{ week_of('usage_date') }} as week_start_date,
        team_id,
        service_name,
        feature,
        cast(sum(attempt_count) as bigint) as attempt_count,
        cast(sum({{ sum_of(meters() | selectattr('in_tier') | map(attribute='quantity')) }}) as bigint) as input_tokens,
        cast(sum(cache_read_tokens) as bigint) as cache_read_tokens,
        cast(sum({{ quantity_of_kind('output') }}) as bigint) as output_tokens,
        cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
        cast(sum(unpriced_count) as bigint) as unpriced_count
    from spend
    group by 1, 2, 3, 4

),

achieved as (

    select
        {{ week_of('usage_date') }} as week_start_date,
        team_id,
        service_name,
        feature,
        cast(sum(request_count) as bigint) as request_count,
        cast(sum(success_count) as bigint) as success_count,
        cast(sum(retried_count) as bigint) as retried_count,
        cast(sum(escalated_count) as bigint) as escalated_count,
        count(distinct customer_id) as customer_count,
        cast(sum(case when customer_id is not null then cost_usd end) as {{ money_type() }}) as customer_cost_usd,
        cast(sum(wasted_cost_usd) as {{ money_type() }}) as wasted_cost_usd
    from outcomes
    group by 1, 2, 3, 4

)

select
    used.week_start_date,
    used.team_id,
    used.service_name,
    used.feature,
    {{ days_before('used.week_start_date', -6) }} < {{ run_date() }} as is_complete_week,
    used.attempt_count,
    coalesce(achieved.request_count, 0) as request_count,
    coalesce(achieved.success_count, 0) as success_count,
    coalesce(achieved.retried_count, 0) as retried_count,
    coalesce(achieved.escalated_count, 0) as escalated_count,
    coalesce(achieved.customer_count, 0) as customer_count,
    used.input_tokens,
    used.cache_read_tokens,
    used.output_tokens,
    used.unpriced_count,
    used.cost_usd,
    achieved.wasted_cost_usd,
    achieved.customer_cost_usd,
    {{ prorate('used.cost_usd', '1000', 'achieved.request_count') }} as cost_per_1000_requests_usd,
    {{ prorate('used.cost_usd', '1', 'achieved.success_count') }} as cost_per_success_usd,
    {{ prorate('achieved.customer_cost_usd', '1', 'achieved.customer_count') }} as cost_per_customer_usd,
    {{ ratio_of('(used.input_tokens + used.output_tokens)', 'achieved.request_count') }} as tokens_per_request,
    {{ ratio_of('used.cache_read_tokens', 'used.input_tokens') }} as cache_share,
    {{ ratio_of('achieved.retried_count', 'achieved.request_count') }} as retry_rate,
    {{ ratio_of('achieved.escalated_count', 'achieved.request_count') }} as escalation_rate
from used
-- an owner, service or feature may be unknown, and unknown equals unknown here
left join achieved
    on
        used.week_start_date = achieved.week_start_date
        and used.team_id = achieved.team_id
        and coalesce(used.service_name, '') = coalesce(achieved.service_name, '')
        and coalesce(used.feature, '') = coalesce(achieved.feature, '')
