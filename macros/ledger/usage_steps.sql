{# The causes of a difference of usage, one after the other: of what was posted, what it is at the rates of today, and
   with the owners of today. What came late is left out of both; it is what remains to the amount of today. Of closed
   months (int_usage_steps) and of what a night finds (int_figure_steps): `period` is the column within which attempts
   are matched. CTEs; the first is made of `differences` and the last is `re_rated`. #}
{% macro usage_steps(period) -%}
{%- set is_late_known = 'period_late_attempts = period_new_attempts' -%}
compared as (

    select
        *,
        sum(difference_attempts) over (partition by {{ period }}) as period_new_attempts,
        sum(late_attempts) over (partition by {{ period }}) as period_late_attempts
    from differences

),

-- the load times are believed where the attempts loaded after the close are exactly those that are new
known as (

    select
        *,
        {{ is_late_known }} as is_late_known,
        cast(
            difference_usd - case when {{ is_late_known }} then late_usd else 0 end
            as {{ money_type() }}
        ) as rest_usd,
        difference_attempts - case when {{ is_late_known }} then late_attempts else 0 end
            as rest_attempts,
        difference_unpriced - case when {{ is_late_known }} then late_unpriced else 0 end
            as rest_unpriced
    from compared

),

{{ matched_usage('known', period) }},

grouped as (

    select
        *,
        sum(rest_usd) over (
            partition by {{ period }}, match_kind, match_ref
        ) as group_rest_usd,
        sum({{ posted_weight() }}) over (partition by {{ period }}, match_kind, match_ref) as group_weight
    from matched

),

{{ with_change_of_price(period) }}
{%- endmacro %}

{# What both say of a difference; the columns of `re_rated`. #}
{% macro usage_step_columns() -%}
    charge_key,
    match_kind,
    is_late_known,
    period_new_attempts,
    cast(posted_usd + re_rate_usd as {{ money_type() }}) as re_rated_usd,
    cast(posted_usd + case when match_kind = 'unknown' then 0 else rest_usd end as {{ money_type() }})
        as re_attributed_usd,
    case when match_kind = 'owner' then rest_attempts else 0 end as re_rated_attempts,
    case when match_kind = 'unknown' then 0 else rest_attempts end as re_attributed_attempts,
    case when match_kind = 'owner' then rest_unpriced else 0 end as re_rated_unpriced,
    case when match_kind = 'unknown' then 0 else rest_unpriced end as re_attributed_unpriced
{%- endmacro %}
