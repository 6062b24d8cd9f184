{# Ends a model that is built by days and has a row for nearly every request: in what order its rows are written. Where
   nothing else says which rows are of a day, DuckDB reads each part of a table that has one row of it, and several
   threads, a group or a join write the days of a whole build mixed. Other engines have an index or a partition. #}
{% macro in_order_of_days() -%}
    {{ return(adapter.dispatch('in_order_of_days', 'ai_cost')()) }}
{%- endmacro %}

{% macro default__in_order_of_days() -%}
{%- endmacro %}

{% macro duckdb__in_order_of_days() -%}
    order by usage_date
{%- endmacro %}
