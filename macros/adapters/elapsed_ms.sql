{# Whole milliseconds from one timestamp to another, as a bigint. #}
{% macro elapsed_ms(started_at, ended_at) -%}
    {{ return(adapter.dispatch('elapsed_ms', 'ai_cost')(started_at, ended_at)) }}
{%- endmacro %}

{# `/` on integers gives a double here, `//` does not. #}
{% macro default__elapsed_ms(started_at, ended_at) -%}
    (epoch_us({{ ended_at }}) - epoch_us({{ started_at }})) // 1000
{%- endmacro %}

{% macro postgres__elapsed_ms(started_at, ended_at) -%}
    cast(floor(extract(epoch from {{ ended_at }} - {{ started_at }}) * 1000) as bigint)
{%- endmacro %}

{# `div` gives a whole number, cut towards zero. #}
{% macro spark__elapsed_ms(started_at, ended_at) -%}
    ((unix_micros({{ ended_at }}) - unix_micros({{ started_at }})) div 1000)
{%- endmacro %}
