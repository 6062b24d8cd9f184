{# Runs a statement that writes, and keeps what it wrote, outside of a model: an operation has no end of
   its own at which dbt would commit. #}
{% macro write_now(statement) -%}
    {{ return(adapter.dispatch('write_now', 'ai_cost')(statement)) }}
{%- endmacro %}

{% macro default__write_now(statement) -%}
    {% do run_query(statement) %}
{%- endmacro %}

{# A PostgreSQL connection is always in a transaction. #}
{% macro postgres__write_now(statement) -%}
    {% do run_query(statement ~ '; commit') %}
{%- endmacro %}
