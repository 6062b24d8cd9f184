{# What a sum over calls has to agree on besides all input and all output, where both sides count it. #}
{% macro sum_meters() -%}
    {{ return(['cache_read', 'cache_write', 'input_audio', 'input_image', 'output_audio', 'output_image']) }}
{%- endmacro %}

{# The most records that a trace may have on a day for its sums to be looked for: each record of an application is
   held against each call of its trace. #}
{% macro longest_trace() -%} 2000 {%- endmacro %}

{# How far calls may lie outside of a record that sums them up, in microseconds: clocks differ. #}
{% macro nearby_us() -%} 5000000 {%- endmacro %}

{# Days after the one on which a record starts that its calls are looked for on. #}
{% macro days_after_a_run() -%}
    {{ return(range(1, var('trace_lookback_days') | int + 1) | list) }}
{%- endmacro %}

{# True where a record lasts until so many days after the one on which it starts, or nearly. #}
{% macro lasts_until_day(started_at, latency_ms, later) -%}
    {{ microsecond_of_day(started_at) }} + 1000 * {{ latency_ms }} >= {{ later }} * 86400000000 - {{ nearby_us() }}
{%- endmacro %}
