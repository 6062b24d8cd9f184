-- The lines of each week and month beside the period before. A line that is gone is a row of zeros, else the
-- changes would not sum to the change of the whole; where there is no period before, nothing is compared.
{{ incremental_by_period('int_spend_periods') }}

{% set sums = ['attempt_count', 'request_count', 'uncached_input_tokens', 'cache_read_tokens', 'cache_write_tokens',
    'output_tokens', 'uncached_input_cost_usd', 'cache_read_cost_usd', 'cache_write_cost_usd', 'output_cost_usd',
    'cost_usd', 'unpriced_count'] %}
{% set names = ['team_id', 'service_name', 'feature', 'environment', 'prompt_version', 'provider', 'billed_model'] %}

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
        sum({{ name }}) as {{ name }},
        {% endfor %}
        {% for name in names %}
        max({{ name }}) as {{ name }},
        {% endfor %}
        period_grain,
        period_start_date,
        spend_line_key
    from dated
    group by period_grain, period_start_date, spend_line_key

),

periods as (

    select
        period_grain,
        period_start_date,
        {{ next_period_of_row() }} as next_start_date
    from lines
    group by period_grain, period_start_date

),

stacked as (

    select
        period_grain,
        period_start_date,
        spend_line_key,
        {{ names | join(', ') }},
        {{ sums | join(',\n        ') }},
        cast(null as {{ money_type() }}) as previous_cost_usd,
        0 as previous_attempt_count
    from lines

    union all

    select
        period_grain,
        {{ next_period_of_row() }} as period_start_date,
        spend_line_key,
        {{ names | join(', ') }},
        {% for name in sums %}
        {{ 'null' if name.endswith('_usd') else 0 }} as {{ name }},
        {% endfor %}
        cost_usd as previous_cost_usd,
        attempt_count as previous_attempt_count
    from lines

),

compared as (

    select
        period_grain,
        period_start_date,
        spend_line_key,
        {% for name in names %}
        max({{ name }}) as {{ name }},
        {% endfor %}
        {% for name in sums %}
        cast(sum({{ name }}) as {{ money_type() if name.endswith('_usd') else quantity_sum_type() }}) as {{ name }},
        {% endfor %}
        cast(sum(previous_cost_usd) as {{ money_type() }}) as previous_cost_usd,
        sum(previous_attempt_count) as previous_attempt_count
    from stacked
    group by period_grain, period_start_date, spend_line_key

),

final as (

    select
        compared.*,
        before.period_start_date is not null as is_comparable
    from compared
    inner join periods
        on compared.period_grain = periods.period_grain and compared.period_start_date = periods.period_start_date
    left join periods as before
        on compared.period_grain = before.period_grain and compared.period_start_date = before.next_start_date

)

select * from final
{{ where_periods_changed('int_spend_periods') }}
