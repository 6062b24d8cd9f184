{{ incremental_by_period('int_spend_periods') }}

{% set steps = ['mix', 'input', 'cache', 'output', 'call'] %}

with steps as (

    select
        period_grain,
        period_start_date,
        team_id,
        {% for step in steps %}
        cast(sum({{ step }}_usd) as {{ money_type() }}) as {{ step }}_usd,
        {% endfor %}
        cast(sum(attempt_count) as bigint) as attempt_count,
        cast(sum(before_attempt_count) as bigint) as before_attempt_count,
        cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
        cast(sum(before_cost_usd) as {{ money_type() }}) as before_cost_usd,
        cast(sum(unpriced_count + before_unpriced_count) as bigint) as unpriced_count
    from {{ ref('int_unit_cost_steps') }}
    {{ where_periods_changed('int_spend_periods') }}
    group by 1, 2, 3

),

requests as (

    {% for grain in ['week', 'month'] %}
    select
        '{{ grain }}' as period_grain,
        {{ period_of(grain, 'usage_date') }} as period_start_date,
        team_id,
        cast(sum(request_count) as bigint) as request_count
    from {{ ref('fct_efficiency_daily') }}
    {{ where_days_of_periods_changed('int_spend_periods', grain, and_before=true) }}
    group by 1, 2, 3
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- only periods that both have requests have a cost of a request to compare
paired as (

    select
        steps.*,
        this.request_count,
        before.request_count as before_request_count,
        {{ prorate('steps.before_cost_usd', 'steps.attempt_count', 'steps.before_attempt_count') }} as attempts_usd
    from steps
    inner join requests as this
        on
            steps.period_grain = this.period_grain and steps.period_start_date = this.period_start_date
            and steps.team_id = this.team_id
    inner join requests as before
        on
            steps.period_grain = before.period_grain
            and steps.period_start_date = {{ next_period_of_row('before') }}
            and steps.team_id = before.team_id
    where steps.before_attempt_count > 0

),

priced as (

    select
        *,
        {% for step in ['attempts'] + steps %}
        {{ prorate(step ~ '_usd', '1000', 'request_count') }} as {{ step }}_level_usd,
        {% endfor %}
        {{ prorate('cost_usd', '1000', 'request_count') }} as unit_cost_usd,
        {{ prorate('before_cost_usd', '1000', 'before_request_count') }} as previous_unit_cost_usd
    from paired

)

select
    period_grain,
    period_start_date,
    {{ next_period_of_row() }} <= {{ run_date() }} as is_complete_period,
    team_id,
    request_count,
    before_request_count as previous_request_count,
    unit_cost_usd,
    previous_unit_cost_usd,
    cast(unit_cost_usd - previous_unit_cost_usd as {{ money_type() }}) as change_usd,
    cast(attempts_level_usd - previous_unit_cost_usd as {{ money_type() }}) as retries_usd,
    cast(mix_level_usd - attempts_level_usd as {{ money_type() }}) as model_mix_usd,
    cast(input_level_usd - mix_level_usd as {{ money_type() }}) as input_usd,
    cast(cache_level_usd - input_level_usd as {{ money_type() }}) as cache_usd,
    cast(output_level_usd - cache_level_usd as {{ money_type() }}) as output_usd,
    cast(call_level_usd - output_level_usd as {{ money_type() }}) as tool_calls_usd,
    cast(unit_cost_usd - call_level_usd as {{ money_type() }}) as price_usd,
    unpriced_count
from priced
