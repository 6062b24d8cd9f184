{# The smallest value that this many hundredths of the values do not exceed: one of the values themselves, so it
   stays decimal on every engine, where their own functions interpolate in floating point. Over rows that have
   value_rank (from 1) and value_count. #}
{% macro percentile(value, hundredths) -%}
    min(case when value_rank * 100 >= value_count * {{ hundredths }} then {{ value }} end)
{%- endmacro %}
