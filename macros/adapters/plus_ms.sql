{# A timestamp a whole number of milliseconds later. #}
{% macro plus_ms(timestamp_column, milliseconds) -%}
    {{ return(adapter.dispatch('plus_ms', 'ai_cost')(timestamp_column, milliseconds)) }}
{%- endmacro %}

{% macro default__plus_ms(timestamp_column, milliseconds) -%}
    ({{ timestamp_column }} + to_microseconds({{ milliseconds }} * 1000))
{%- endmacro %}

{% macro postgres__plus_ms(timestamp_column, milliseconds) -%}
    ({{ timestamp_column }} + {{ milliseconds }} * interval '1 millisecond')
{%- endmacro %}

{% macro spark__plus_ms(timestamp_column, milliseconds) -%}
    timestampadd(millisecond, {{ milliseconds }}, {{ timestamp_column }})
{%- endmacro %}
