{% set grains = ['quarter', 'year'] %}

with dated as (

    {% for grain in grains %}
    select
        '{{ grain }}' as period_grain,
        {{ period_of(grain, 'usage_date') }} as period_start_date,
        team_id,
        provider,
        attempt_count,
        cost_usd,
        unpriced_count
    from {{ ref('fct_spend_daily') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

periods as (

    select
        period_grain,
        period_start_date,
        team_id,
        provider,
        cast(sum(attempt_count) as bigint) as attempt_count,
        cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
        cast(sum(unpriced_count) as bigint) as unpriced_count
    from dated
    group by 1, 2, 3, 4

)

select
    this.period_grain,
    this.period_start_date,
    {{ next_period_of_row('this') }} <= {{ run_date() }} as is_complete_period,
    this.team_id,
    this.provider,
    this.attempt_count,
    {{ spend_compared() }},
    this.unpriced_count
from periods as this
{% for name, then in {
    'before': next_period_of_row('before'), 'year_ago': months_after('year_ago.period_start_date', 12)
}.items() %}
left join periods as {{ name }}
    on
        this.period_grain = {{ name }}.period_grain
        and this.period_start_date = {{ then }}
        and this.team_id = {{ name }}.team_id
        and this.provider = {{ name }}.provider
{% endfor %}
