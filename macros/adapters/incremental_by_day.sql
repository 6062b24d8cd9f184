{# Configures a model that is built by whole days of use: the days whose inputs changed are taken out
   and put in again. The model ends with where_days_changed(). #}
{% macro incremental_by_day() -%}
    {{ return(adapter.dispatch('incremental_by_day', 'ai_cost')()) }}
{%- endmacro %}

{# Deleting by the list of days, not by the new rows, also clears a day that has none left. #}
{% macro default__incremental_by_day(on_schema_change='fail') -%}
    {% do config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change=on_schema_change,
        pre_hook="{{ delete_changed_days() }}",
        post_hook=["{{ forget_changed_days() }}", "{{ remember_changed_days() }}", "{{ remember_code() }}"],
    ) %}
{%- endmacro %}

{# PostgreSQL tells text, the type of its expressions, from varchar, the type of the contract, and to dbt that
   is a change of schema every night. The contract itself is checked all the same. A day is found by its
   index, where other engines know which part of a table to read. #}
{% macro postgres__incremental_by_day() -%}
    {% do config(indexes=[{'columns': ['usage_date']}]) %}
    {% do ai_cost.default__incremental_by_day(on_schema_change='append_new_columns') %}
{%- endmacro %}

{# Parquet tables know neither delete nor transactions: a changed day is a partition that is overwritten
   whole. The order of the hooks is what makes a killed run harmless. #}
{% macro spark__incremental_by_day() -%}
    {% do config(
        materialized='incremental',
        incremental_strategy='insert_overwrite',
        partition_by=['usage_date'],
        on_schema_change='fail',
        pre_hook="{{ spark_forget_changed_days() }}",
        post_hook=["{{ spark_drop_emptied_days() }}", "{{ spark_remember_changed_days() }}", "{{ remember_code('insert overwrite') }}"],
    ) %}
{%- endmacro %}
