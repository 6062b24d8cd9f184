{# How many threads the engine itself takes for one query. dbt runs several queries beside each other anyway.
   `records`: SQL that counts what the build will go through; the largest table, where it is not known yet. #}
{% macro session_threads(records=none) -%}
    {% if execute and flags.WHICH in ['build', 'run', 'seed', 'test'] %}
        {% do adapter.dispatch('session_threads', 'ai_cost')(records) %}
    {% endif %}
{%- endmacro %}

{% macro default__session_threads(records) -%}
{%- endmacro %}

{# Each thread of DuckDB makes the expressions of a query ready for itself, and the long ones here cost more than a
   small warehouse has rows to share out. Raw tables are there before a build, also before the first. #}
{% macro duckdb__session_threads(records) -%}
    {% set largest = 'select max(estimated_size) from duckdb_tables() where not temporary' %}
    {% if (run_query(records or largest).columns[0].values()[0] or 0) < 500000 %}
        {% do run_query('set threads = 1') %}
    {% endif %}
{%- endmacro %}
