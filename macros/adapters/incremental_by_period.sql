{# Configures a model that is built by weeks, months or both: those whose fingerprint in the model `fingerprints` is
   another are taken out and put in again. The model ends with where_periods_changed(), unless it reads the days of
   these periods alone. Small beside what is built by days: engines without transactions build it whole. #}
{% macro incremental_by_period(fingerprints, start='period_start_date', grain='period_grain') -%}
    {{ return(adapter.dispatch('incremental_by_period', 'ai_cost')(fingerprints, start, grain)) }}
{%- endmacro %}

{% macro default__incremental_by_period(fingerprints, start, grain, on_schema_change='fail') -%}
    {% set arguments = [tojson(fingerprints), tojson(start), tojson(grain)] | join(', ') %}
    {% do config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change=on_schema_change,
        tags=['by_period'],
        pre_hook="{{ delete_changed_periods(" ~ arguments ~ ") }}",
        post_hook=[
            "{{ forget_changed_periods('" ~ fingerprints ~ "') }}",
            "{{ remember_changed_periods('" ~ fingerprints ~ "') }}",
            "{{ remember_code() }}",
        ],
    ) %}
{%- endmacro %}

{# For the reasons of postgres__incremental_by_day(). #}
{% macro postgres__incremental_by_period(fingerprints, start, grain) -%}
    {% do config(indexes=[{'columns': [start]}]) %}
    {% do ai_cost.default__incremental_by_period(fingerprints, start, grain, on_schema_change='append_new_columns') %}
{%- endmacro %}

{% macro spark__incremental_by_period(fingerprints, start, grain) -%}
    {% do config(materialized='table') %}
{%- endmacro %}
