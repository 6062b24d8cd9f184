{# All figures as a night showed them, in brackets: the sum of the movements up to it. `night` is an instant, or a day
   that counts to its end, in UTC; none of them means all nights, which is what the marts show now. Before the first
   night of the record there is nothing. #}
{% macro figures_as_of(night=none) -%}
    {%- set columns = [
        'figure', 'usage_date', 'usage_period', 'statement_period', 'source_ref', 'team_id', 'cost_center_id',
        'service_name', 'feature', 'environment', 'provider', 'billed_model',
    ] -%}
    (
        select
            {{ columns | join(', ') }},
            cast(sum(change_usd) as {{ money_type() }}) as cost_usd,
            cast(sum(attempt_change) as bigint) as attempt_count,
            cast(sum(unpriced_change) as bigint) as unpriced_count
        from {{ ref('fct_figure_changes') }}
        {% if night -%}
        where recorded_at <= {{ end_of_night(night | string | trim) }}
        {% endif -%}
        group by {{ columns | join(', ') }}
        having sum(change_usd) != 0 or sum(attempt_change) != 0 or sum(unpriced_change) != 0
    )
{%- endmacro %}

{# The last instant that a night's name means. #}
{% macro end_of_night(night) -%}
    {%- set instant = modules.datetime.datetime.fromisoformat(night) -%}
    {%- if instant.tzinfo -%}
        {%- set instant = instant.astimezone(modules.pytz.utc) -%}
    {%- elif night | length == 10 -%}
        {%- set instant = instant + modules.datetime.timedelta(hours=23, minutes=59, seconds=59) -%}
    {%- endif -%}
    cast('{{ instant.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp)
{%- endmacro %}
