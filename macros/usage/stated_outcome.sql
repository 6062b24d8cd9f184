{# What the record of a call says that it brought about. Words for how the call ended name no outcome. #}
{% macro stated_outcome(text) -%}
    case
        when lower(trim({{ text }})) not in (
            'success', 'successful', 'succeeded', 'ok', 'completed', 'failure', 'failed', 'error', 'timeout',
            'cancelled', 'retry', 'fallback', 'none', 'null', 'unknown'
        ) then lower(trim({{ text }}))
    end
{%- endmacro %}
