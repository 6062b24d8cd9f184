{{ config(materialized='table') }}

-- What was used on those days as it is known now, against the sum of all movements so far. A figure that is the same in
-- sum is here as well where a part of it is new: what came late may hide what left.
{% set figure = ['usage_date'] + charge_columns() | reject('in', ['charge_type', 'source_ref']) | list %}
with days as (

    select * from {{ ref('int_figure_days') }}

),

charges as (

    select
        {% for column in figure -%}
        charges.{{ column }},
        {% endfor -%}
        sum(charges.amount_usd) as amount_usd,
        sum(charges.attempt_count) as attempt_count,
        sum(charges.unpriced_count) as unpriced_count,
        sum(case when charges.loaded_at > days.last_seen_at then charges.amount_usd else 0 end) as late_usd,
        sum(case when charges.loaded_at > days.last_seen_at then charges.attempt_count else 0 end) as late_attempts,
        sum(case when charges.loaded_at > days.last_seen_at then charges.unpriced_count else 0 end) as late_unpriced
    from {{ ref('int_charges_daily') }} as charges
    inner join days
        on charges.usage_date = days.usage_date
    group by charges.{{ figure | join(', charges.') }}

),

shown as (

    select
        {% for column in figure -%}
        movements.{{ column }},
        {% endfor -%}
        sum(movements.change_usd) as amount_usd,
        sum(movements.attempt_change) as attempt_count,
        sum(movements.unpriced_change) as unpriced_count
    from {{ ref('stg_ops__figure_movements') }} as movements
    inner join days
        on movements.usage_date = days.usage_date
    where movements.figure = 'usage'
    group by movements.{{ figure | join(', movements.') }}

),

compared as (

    select
        {% for column in figure -%}
        coalesce(charges.{{ column }}, shown.{{ column }}) as {{ column }},
        {% endfor -%}
        coalesce(shown.amount_usd, 0) as posted_usd,
        coalesce(shown.attempt_count, 0) as posted_attempts,
        coalesce(charges.amount_usd, 0) - coalesce(shown.amount_usd, 0) as difference_usd,
        coalesce(charges.attempt_count, 0) - coalesce(shown.attempt_count, 0) as difference_attempts,
        coalesce(charges.unpriced_count, 0) - coalesce(shown.unpriced_count, 0) as difference_unpriced,
        coalesce(charges.late_usd, 0) as late_usd,
        coalesce(charges.late_attempts, 0) as late_attempts,
        coalesce(charges.late_unpriced, 0) as late_unpriced
    from charges
    full outer join shown
        on {{ same_columns('charges', 'shown', figure) }}

)

select
    md5({{ row_text(figure) }}) as charge_key,
    {{ figure | join(', ') }},
    cast(posted_usd as {{ money_type() }}) as posted_usd,
    cast(difference_usd as {{ money_type() }}) as difference_usd,
    cast(late_usd as {{ money_type() }}) as late_usd,
    cast(posted_attempts as bigint) as posted_attempts,
    cast(difference_attempts as bigint) as difference_attempts,
    cast(difference_unpriced as bigint) as difference_unpriced,
    cast(late_attempts as bigint) as late_attempts,
    cast(late_unpriced as bigint) as late_unpriced
from compared
where difference_usd != 0 or difference_attempts != 0 or difference_unpriced != 0 or late_attempts != 0
