{# Where the total of a record decides how its other figures are meant. A total is at least the sum of what it
   covers, so one that is larger by just the cache, or just the reasoning, says that the input, or the output, leaves
   them out. Two that are alike decide nothing, unless the total holds both. All parts are numbers, not null. #}
{% macro cache_is_beside(total, input, output, cached, reasoning) -%}
    coalesce({{ cached }} > 0 and (
                {{ total }} = {{ input }} + {{ output }} + {{ cached }} + {{ reasoning }}
                or ({{ total }} = {{ input }} + {{ output }} + {{ cached }} and {{ cached }} != {{ reasoning }})
            ), false)
{%- endmacro %}

{% macro reasoning_is_beside(total, input, output, cached, reasoning) -%}
    coalesce({{ reasoning }} > 0 and (
                {{ total }} = {{ input }} + {{ output }} + {{ cached }} + {{ reasoning }}
                or ({{ total }} = {{ input }} + {{ output }} + {{ reasoning }} and {{ cached }} != {{ reasoning }})
            ), false)
{%- endmacro %}

{# Total and parts of a request, for the two above. #}
{% macro total_and_parts() -%}
    {{ return([
        'reported_total_tokens', 'coalesce(reported_input_tokens, 0)', 'coalesce(reported_output_tokens, 0)',
        'cached_tokens', 'coalesce(reported_reasoning_tokens, 0)',
    ]) }}
{%- endmacro %}

{# The same of a span, whose parts are never null. #}
{% macro own_total_and_parts() -%}
    {{ return(['total_tokens', 'input_tokens', 'output_tokens', 'cached_tokens', 'reasoning_tokens']) }}
{%- endmacro %}
