{{ incremental_by_day() }}

with lines as (

    select * from {{ ref('int_spend_by_version_daily') }}
    {{ where_days_changed() }}

),

daily as (

    select
        usage_date,
        team_id,
        service_name,
        feature,
        prompt_version,
        provider,
        billed_model,
        cast(sum(attempt_count) as bigint) as attempt_count,
        cast(sum(request_count) as bigint) as request_count,
        cast(sum(answered_count) as bigint) as answered_count,
        cast(sum(timed_count) as bigint) as timed_count,
        sum(total_latency_ms) as total_latency_ms,
        cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
        cast(sum(unpriced_count) as bigint) as unpriced_count
    from lines
    group by 1, 2, 3, 4, 5, 6, 7

)

select
    usage_date,
    team_id,
    service_name,
    feature,
    prompt_version,
    provider,
    billed_model,
    attempt_count,
    request_count,
    answered_count,
    timed_count,
    cast(floor(total_latency_ms / nullif(timed_count, 0)) as bigint) as mean_latency_ms,
    cost_usd,
    unpriced_count,
    {{ prorate('cost_usd', '1', 'request_count') }} as cost_per_request_usd,
    {{ prorate('cost_usd', '1', 'answered_count') }} as cost_per_answered_request_usd
from daily
