{# The date a number of days before a date, as a date. #}
{% macro days_before(date_column, days) -%}
    {{ return(adapter.dispatch('days_before', 'ai_cost')(date_column, days)) }}
{%- endmacro %}

{# date minus integer is a date on DuckDB and Postgres alike #}
{% macro default__days_before(date_column, days) -%}
    ({{ date_column }} - {{ days }})
{%- endmacro %}

{% macro spark__days_before(date_column, days) -%}
    date_sub({{ date_column }}, cast({{ days }} as int))
{%- endmacro %}
