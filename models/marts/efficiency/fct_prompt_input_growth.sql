-- A longer prompt costs on every call, and one that changes on every call finds no cache. On the same model only, as
-- a costlier model is not a longer prompt.
with versions as (

    select
        team_id,
        service_name,
        feature,
        provider,
        billed_model,
        prompt_version,
        min(usage_date) as first_usage_date,
        max(usage_date) as last_usage_date,
        cast(sum(attempt_count) as bigint) as attempt_count,
        cast(sum(uncached_input_tokens + cache_read_tokens + cache_write_tokens) as bigint) as input_tokens,
        cast(sum(cache_read_tokens) as bigint) as cache_read_tokens,
        cast(sum(uncached_input_cost_usd + cache_read_cost_usd + cache_write_cost_usd) as {{ money_type() }})
            as input_cost_usd
    from {{ ref('int_spend_by_version_daily') }}
    where prompt_version is not null
    group by 1, 2, 3, 4, 5, 6

),

{{ versions_beside_earlier(['input_tokens', 'cache_read_tokens']) }},

measured as (

    select
        *,
        {{ ratio_of('input_tokens', 'attempt_count') }} as input_tokens_per_attempt,
        {{ ratio_of('previous_input_tokens', 'previous_attempt_count') }} as previous_input_tokens_per_attempt
    from ordered

),

risen as (

    select
        *,
        {{ rise_of('input_tokens_per_attempt') }} as input_rise,
        coalesce(previous_cache_read_tokens > 0 and cache_read_tokens = 0, false) as has_lost_cache
    from measured

)

select
    team_id,
    service_name,
    feature,
    provider,
    billed_model,
    prompt_version,
    previous_prompt_version,
    first_usage_date,
    last_usage_date,
    attempt_count,
    previous_attempt_count,
    input_tokens_per_attempt,
    previous_input_tokens_per_attempt,
    cast(input_rise as decimal(18, 6)) as input_rise,
    -- here, where few versions are left: a ratio takes longer than adding up the days of a version
    {{ ratio_of('cache_read_tokens', 'input_tokens') }} as cache_share,
    {{ ratio_of('previous_cache_read_tokens', 'previous_input_tokens') }} as previous_cache_share,
    has_lost_cache,
    input_cost_usd,
    cast(input_cost_usd - {{ prorate(
        'input_cost_usd', 'cast(floor(previous_input_tokens_per_attempt * attempt_count) as bigint)', 'input_tokens'
    ) }} as {{ money_type() }}) as extra_input_cost_usd,
    rule_id
from risen
where input_rise > min_rise or has_lost_cache
