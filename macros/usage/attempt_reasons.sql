{# Why an attempt after the first is made. #}
{% macro attempt_reasons() -%}
    {{ return(['timeout', 'rate_limited', 'server_error', 'tool_failure', 'low_confidence', 'fan_out', 'unknown']) }}
{%- endmacro %}

{# The reason that a log states, or that the outcome of the attempt before gives: a word or a status code. A
   word that says nothing of the kind is unknown. #}
{% macro attempt_reason_of(word) -%}
    case
            when {{ word }} is null then null
            when lower({{ word }}) in ('timeout', 'timed_out', 'deadline_exceeded', '408') then 'timeout'
            when lower({{ word }}) in ('rate_limited', 'rate_limit', 'rate_limit_exceeded', 'too_many_requests', '429')
                then 'rate_limited'
            when lower({{ word }}) in ('server_error', 'internal_error', 'overloaded', 'service_unavailable')
                or {{ word }} like '5__'
                then 'server_error'
            when lower({{ word }}) in ('tool_failure', 'tool_error') then 'tool_failure'
            when lower({{ word }}) = 'low_confidence' then 'low_confidence'
            when lower({{ word }}) in ('fan_out', 'fan-out', 'fanout') then 'fan_out'
            else 'unknown'
        end
{%- endmacro %}
