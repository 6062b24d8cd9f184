{# Seconds since midnight of a clock time written HH:MM:SS. #}
{% macro seconds_of_clock(clock) -%}
    cast(split_part({{ clock }}, ':', 1) as integer) * 3600
            + cast(split_part({{ clock }}, ':', 2) as integer) * 60
            + cast(split_part({{ clock }}, ':', 3) as integer)
{%- endmacro %}

{# Microseconds since midnight of a timestamp. #}
{% macro microsecond_of_day(timestamp_column) -%}
    {{ epoch_us(timestamp_column) }} % 86400000000
{%- endmacro %}

{# When a request was complete: its start and how long it took. A duration that is missing, negative or
   longer than a day says nothing; then, and where the source logs the end, the logged instant counts. #}
{% macro completed_at() -%}
    case
            when usage_at_basis = 'end' or latency_ms is null or latency_ms < 0 or latency_ms > 86400000
                then usage_at
            else {{ plus_ms('usage_at', 'latency_ms') }}
        end
{%- endmacro %}

{# The instant whose price holds for an attempt: of an hourly price the completion, of any other the start. #}
{% macro priced_at() -%}
    case when priced_tier in ('peak', 'off_peak') then {{ completed_at() }} else usage_at end
{%- endmacro %}
