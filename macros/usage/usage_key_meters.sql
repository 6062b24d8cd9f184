{# The meters that a key of usage_keys may fill, beside input and output themselves: name of the meter. `reasoning`
   is no meter, but a figure that may be part of the output. #}
{% macro usage_key_meters() -%}
    {{ return([
        'cache_read', 'cache_write_5m', 'cache_write_30m', 'cache_write_1h', 'cache_write_12h', 'input_audio',
        'input_image', 'output_audio', 'output_image', 'reasoning', 'web_search',
    ]) }}
{%- endmacro %}

{# The figures that a key beside them makes larger, and the meters of such keys. #}
{% macro figures_of_usage_keys() -%}
    {{ return({
        'input': "('uncached_input', 'input_audio', 'input_image')",
        'output': "('output', 'output_audio', 'output_image')",
        'cache_write': "('cache_write', 'cache_write_5m', 'cache_write_30m', 'cache_write_1h', 'cache_write_12h')",
    }) }}
{%- endmacro %}

{# A reported figure with what the keys add to it; null where neither says anything. #}
{% macro with_usage_keys(name) -%}
    {%- set added = name.replace('reported_', '').replace('_tokens', '').replace('_calls', '') -%}
    {%- if added in usage_key_meters() + (figures_of_usage_keys() | list) -%}
    case
        when keys.{{ added }}_quantity is null then requests.{{ name }}
        else coalesce(requests.{{ name }}, 0) + keys.{{ added }}_quantity
    end
    {%- elif name == 'unread_usage' -%}
    keys.unknown_keys
    {%- else -%}
    requests.{{ name }}
    {%- endif -%}
{%- endmacro %}

{# The first of a group's texts that fulfil a condition, by their rank, a line each; null where there is none. #}
{% macro first_texts(text, condition, rank, count) -%}
    {%- for number in range(1, count + 1) -%}
        {%- set one = 'max(case when ' ~ condition ~ ' and ' ~ rank ~ ' = ' ~ number ~ ' then ' ~ text ~ ' end)' -%}
        {{ one if loop.first else " || coalesce(chr(10) || " ~ one ~ ", '')" }}
    {%- endfor -%}
{%- endmacro %}
