-- Each difference in parts that have one cause. The parts of a figure are its difference, to the last digit.
with differences as (

    select
        differences.*,
        days.night_id,
        days.recorded_at,
        days.is_record_new,
        days.is_first,
        days.is_data_changed,
        days.is_price_changed,
        days.is_owner_changed,
        days.is_reading_changed,
        days.is_code_changed,
        steps.is_late_known,
        steps.period_new_attempts,
        steps.re_rated_usd,
        steps.re_rated_attempts,
        steps.re_rated_unpriced,
        steps.re_attributed_usd,
        steps.re_attributed_attempts,
        steps.re_attributed_unpriced
    from {{ ref('int_figure_differences') }} as differences
    inner join {{ ref('int_figure_days') }} as days
        on differences.usage_date = days.usage_date
    inner join {{ ref('int_figure_steps') }} as steps
        on differences.charge_key = steps.charge_key

),

parts as (

    {% for part, amounts in figure_parts().items() %}
    select
        *,
        {{ figure_cause(part) }} as cause,
        {{ amounts.usd }} as part_usd,
        {{ amounts.attempts }} as part_attempts,
        {{ amounts.unpriced }} as part_unpriced
    from differences
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

{% set columns = charge_columns() | reject('in', ['charge_type', 'source_ref']) | list %}
{% set figure = ['night_id', 'recorded_at', 'usage_date'] + columns %}
summed as (

    select
        {{ figure | join(', ') }},
        is_record_new,
        is_reading_changed,
        cause,
        cast(sum(part_usd) as {{ money_type() }}) as change_usd,
        cast(sum(part_attempts) as bigint) as attempt_change,
        cast(sum(part_unpriced) as bigint) as unpriced_change
    from parts
    group by {{ figure | join(', ') }}, is_record_new, is_reading_changed, cause

)

select * from summed
where change_usd != 0 or attempt_change != 0 or unpriced_change != 0
