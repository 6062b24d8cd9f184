-- The cost of each model, taken from the period before to this one step by step: attempts, all input at the old
-- share of the cache, input by kind, output, calls. The order is part of the answer (macros/efficiency/cost_steps.sql).
with lines as (

    select
        *,
        uncached_input_tokens + cache_read_tokens + cache_write_tokens as input_tokens,
        before_uncached_input_tokens + before_cache_read_tokens + before_cache_write_tokens as before_input_tokens,
        uncached_input_cost_usd + cache_read_cost_usd + cache_write_cost_usd as input_cost_usd,
        before_uncached_input_cost_usd + before_cache_read_cost_usd + before_cache_write_cost_usd
            as before_input_cost_usd
    from {{ ref('int_unit_cost_lines') }}

),

parts as (

    select
        *,
        {% for kind in ['input', 'output', 'call'] %}
        {{ prorate('before_' ~ kind ~ '_cost_usd', 'attempt_count', 'before_attempt_count') }} as {{ kind }}_of_before,
        {% endfor %}
        {{ at_old_price('input_cost_usd', 'input_tokens') }} as input_at_old_price,
        {{ at_old_price('uncached_input_cost_usd', 'uncached_input_tokens') }}
        + {{ at_old_price('cache_read_cost_usd', 'cache_read_tokens') }}
        + {{ at_old_price('cache_write_cost_usd', 'cache_write_tokens') }} as cached_at_old_price,
        {{ at_old_price('output_cost_usd', 'output_tokens') }} as output_at_old_price
    from lines

)

select
    period_grain,
    period_start_date,
    team_id,
    service_name,
    feature,
    provider,
    billed_model,
    attempt_count,
    before_attempt_count,
    cast(cost_usd as {{ money_type() }}) as cost_usd,
    cast(before_cost_usd as {{ money_type() }}) as before_cost_usd,
    unpriced_count,
    before_unpriced_count,
    {{ unless_new('input_of_before + output_of_before + call_of_before') }} as mix_usd,
    {{ unless_new('input_at_old_price + output_of_before + call_of_before') }} as input_usd,
    {{ unless_new('cached_at_old_price + output_of_before + call_of_before') }} as cache_usd,
    {{ unless_new('cached_at_old_price + output_at_old_price + call_of_before') }} as output_usd,
    {{ unless_new('cached_at_old_price + output_at_old_price + call_cost_usd') }} as call_usd
from parts
