{# Makes rows of a bookkeeping table be found by a column, where the engine would read all of them. #}
{% macro make_index(table, column) -%}
    {% do adapter.dispatch('make_index', 'ai_cost')(table, column) %}
{%- endmacro %}

{% macro default__make_index(table, column) -%}
{%- endmacro %}

{% macro postgres__make_index(table, column) -%}
    {% do run_query('create index if not exists ' ~ table.split('.')[1] ~ '_by_' ~ column
        ~ ' on ' ~ table ~ ' (' ~ column ~ ')') %}
{%- endmacro %}
