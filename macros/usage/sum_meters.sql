{# What a sum over calls has to agree on besides all input and all output, where both sides count it. #}
{% macro sum_meters() -%}
    {{ return(['cache_read', 'cache_write', 'input_audio', 'input_image', 'output_audio', 'output_image']) }}
{%- endmacro %}

{# The most records that a trace may have on a day for its sums to be looked for: each record of an application is
   held against each call of its trace. #}
{% macro longest_trace() -%} 2000 {%- endmacro %}
