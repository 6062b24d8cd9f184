{# Day of the week of a date: 1 is Monday, 7 is Sunday. #}
{% macro weekday(date_column) -%}
    {{ return(adapter.dispatch('weekday', 'ai_cost')(date_column)) }}
{%- endmacro %}

{% macro default__weekday(date_column) -%}
    cast(extract(isodow from {{ date_column }}) as integer)
{%- endmacro %}

{# weekday() counts from 0. #}
{% macro spark__weekday(date_column) -%}
    (weekday({{ date_column }}) + 1)
{%- endmacro %}
