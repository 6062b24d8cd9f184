{# One of a few known words, in the form that is cheapest to store and reads as text everywhere. #}
{% macro stored_enum(expression, words) -%}
    {{ return(adapter.dispatch('stored_enum', 'ai_cost')(expression, words)) }}
{%- endmacro %}

{% macro default__stored_enum(expression, words) -%}
    {{ expression }}
{%- endmacro %}

{# Text costs DuckDB four times as much to write as a number, however often it repeats. #}
{% macro duckdb__stored_enum(expression, words) -%}
    cast({{ expression }} as enum('{{ words | join("', '") }}'))
{%- endmacro %}
