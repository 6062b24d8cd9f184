{# Configures a model that is built by whole days of use: the days whose inputs changed are taken out
   and put in anew. The model ends with where_days_changed(). #}
{% macro incremental_by_day() -%}
    {{ return(adapter.dispatch('incremental_by_day', 'ai_cost')()) }}
{%- endmacro %}

{# Deleting by the list of days, not by the new rows, also clears a day that has none left. #}
{% macro default__incremental_by_day() -%}
    {% do config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook="{{ delete_changed_days() }}",
        post_hook=["{{ forget_changed_days() }}", "{{ remember_changed_days() }}"],
    ) %}
{%- endmacro %}
