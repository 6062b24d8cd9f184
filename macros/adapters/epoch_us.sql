{# Microseconds since 1970-01-01 UTC of a naive UTC timestamp, as a bigint: exact, unlike a text form,
   whose trailing zeros differ between engines. #}
{% macro epoch_us(timestamp_column) -%}
    {{ return(adapter.dispatch('epoch_us', 'ai_cost')(timestamp_column)) }}
{%- endmacro %}

{% macro default__epoch_us(timestamp_column) -%}
    epoch_us({{ timestamp_column }})
{%- endmacro %}

{# extract() gives an exact numeric from PostgreSQL 14 on. #}
{% macro postgres__epoch_us(timestamp_column) -%}
    cast(extract(epoch from {{ timestamp_column }}) * 1000000 as bigint)
{%- endmacro %}

{% macro spark__epoch_us(timestamp_column) -%}
    unix_micros({{ timestamp_column }})
{%- endmacro %}
