-- Each model of a team's service in a week or month beside the period before: what the movement of the cost of a
-- request is split from.
{{ incremental_by_period('int_spend_periods') }}

{% set sums = ['attempt_count', 'uncached_input_tokens', 'cache_read_tokens', 'cache_write_tokens', 'output_tokens',
    'uncached_input_cost_usd', 'cache_read_cost_usd', 'cache_write_cost_usd', 'output_cost_usd', 'call_cost_usd',
    'cost_usd', 'unpriced_count'] %}
{% set names = ['team_id', 'service_name', 'feature', 'provider', 'billed_model'] %}

with dated as (

    {% for grain in ['week', 'month'] %}
    select
        '{{ grain }}' as period_grain,
        {{ period_of(grain, 'usage_date') }} as period_start_date,
        daily.*
    from {{ ref('int_spend_by_version_daily') }} as daily
    {{ where_days_of_periods_changed('int_spend_periods', grain, and_before=true) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

lines as (

    select
        {% for name in sums %}
        coalesce(sum({{ name }}), 0) as {{ name }},
        {% endfor %}
        period_grain,
        period_start_date,
        {{ names | join(', ') }}
    from dated
    group by period_grain, period_start_date, {{ names | join(', ') }}

),

stacked as (

    select
        {% for name in sums %}
        {{ name }},
        0 as before_{{ name }},
        {% endfor %}
        period_grain,
        period_start_date,
        {{ names | join(', ') }}
    from lines

    union all

    select
        {% for name in sums %}
        0 as {{ name }},
        {{ name }} as before_{{ name }},
        {% endfor %}
        period_grain,
        {{ next_period_of_row() }} as period_start_date,
        {{ names | join(', ') }}
    from lines

)

select
    {% for name in sums %}
    {% set kind = money_type() if name.endswith('_usd') else 'bigint' %}
    cast(sum({{ name }}) as {{ kind }}) as {{ name }},
    cast(sum(before_{{ name }}) as {{ kind }}) as before_{{ name }},
    {% endfor %}
    period_grain,
    period_start_date,
    {{ names | join(', ') }}
from stacked
{{ where_periods_changed('int_spend_periods') }}
group by period_grain, period_start_date, {{ names | join(', ') }}
