{# Configures a model that others read: a view, or where views are dear, a table that is built by days. The
   model restricts what it reads by where_days_changed(), which says nothing in a view. #}
{% macro view_by_day() -%}
    {{ return(adapter.dispatch('view_by_day', 'ai_cost')()) }}
{%- endmacro %}

{% macro default__view_by_day() -%}
    {% do config(materialized='view', tags=['by_day', 'by_instant']) %}
{%- endmacro %}

{# Spark resolves a view again wherever it is read. Above views that read the union of all gateways several
   times, that took minutes a model, without a row being read (docs/decisions/0027-spark.md). #}
{% macro spark__view_by_day() -%}
    {% do ai_cost.spark__incremental_by_day() %}
{%- endmacro %}
