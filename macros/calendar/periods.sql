{# The lengths of time that a spend is compared over. #}
{% macro period_grains() -%} {{ return(['week', 'month', 'quarter', 'year']) }} {%- endmacro %}

{# The first day of the period of a date. #}
{% macro period_of(grain, date_column) -%}
    cast({{ dbt.date_trunc(grain, date_column) }} as date)
{%- endmacro %}

{# The first day of the period that follows, given the first day of one. #}
{% macro next_period(grain, first_day) -%}
    {%- if grain == 'week' -%} {{ days_before(first_day, -7) }}
    {%- else -%} {{ months_after(first_day, {'month': 1, 'quarter': 3, 'year': 12}[grain]) }}
    {%- endif -%}
{%- endmacro %}

{# The first day of the week or month before one, given its first day. #}
{% macro period_before(grain, first_day) -%}
    {{ days_before(first_day, 7) if grain == 'week' else months_after(first_day, -1) }}
{%- endmacro %}

{# The first day of the period that follows that of a row with period_grain and period_start_date. #}
{% macro next_period_of_row(table='') -%}
    {%- set table = table ~ '.' if table else '' -%}
    case {{ table }}period_grain
        {% for grain in period_grains() -%}
        when '{{ grain }}' then {{ next_period(grain, table ~ 'period_start_date') }}
        {% endfor -%}
    end
{%- endmacro %}
