{# Configures a model that several read, over many views: a view, or a table where each reader would resolve all of them
   again (docs/decisions/0027-spark.md). #}
{% macro view_or_table() -%}
    {{ return(adapter.dispatch('view_or_table', 'ai_cost')()) }}
{%- endmacro %}

{% macro default__view_or_table() -%}
    {% do config(materialized='view') %}
{%- endmacro %}

{% macro spark__view_or_table() -%}
    {% do config(materialized='table') %}
{%- endmacro %}
