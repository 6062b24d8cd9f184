{# Creates a raw table that is missing. columns: texts "name type". #}
{% macro create_raw_table(name, columns) -%}
    {{ return(adapter.dispatch('create_raw_table', 'ai_cost')(name, columns)) }}
{%- endmacro %}

{% macro default__create_raw_table(name, columns) -%}
    {% do run_query('create table if not exists raw.' ~ name ~ ' (' ~ columns | join(', ') ~ ')') %}
{%- endmacro %}

{# The loader writes the files; the table only says where they are and what is in them, so it is declared
   again each time, with the columns of today. #}
{% macro spark__create_raw_table(name, columns) -%}
    {% do run_query('drop table if exists raw.' ~ name) %}
    {% do run_query(
        'create table raw.' ~ name ~ ' (' ~ columns | join(', ') ~ ") using parquet location '" ~ name ~ "'"
    ) %}
{%- endmacro %}
