{# Runs a statement that writes, and keeps what it wrote, outside of a model: an operation has no end of
   its own at which dbt would commit. #}
{% macro run_and_commit(statement) -%}
    {{ return(adapter.dispatch('run_and_commit', 'ai_cost')(statement)) }}
{%- endmacro %}

{% macro default__run_and_commit(statement) -%}
    {% do run_query(statement) %}
{%- endmacro %}

{# A PostgreSQL connection is always in a transaction. #}
{% macro postgres__run_and_commit(statement) -%}
    {% do run_query(statement ~ '; commit') %}
{%- endmacro %}
