{# The meters that a key of usage_keys may fill, beside input and output themselves: name of the meter. `reasoning`
   is no meter, but a figure that may be part of the output. #}
{% macro usage_key_meters() -%}
    {{ return(meters() | map(attribute='name') | reject('in', ['uncached_input', 'output']) | list + ['reasoning']) }}
{%- endmacro %}

{# The figures that a key beside them makes larger, and the meters of such keys. #}
{% macro figures_of_usage_keys() -%}
    {% set figures = {'input': ['uncached_input'], 'output': ['output'], 'cache_write': ['cache_write']} %}
    {% for meter in meters() %}
        {% if meter.part_of in figures %}{% do figures[meter.part_of].append(meter.name) %}{% endif %}
        {% if meter.name.startswith('cache_write_') %}{% do figures['cache_write'].append(meter.name) %}{% endif %}
    {% endfor %}
    {% for figure, names in figures.items() %}
        {% do figures.update({figure: "('" ~ names | join("', '") ~ "')"}) %}
    {% endfor %}
    {{ return(figures) }}
{%- endmacro %}

{# A reported figure with what the keys add to it; null where neither says anything. #}
{% macro with_usage_keys(name) -%}
    {%- set names = {} -%}
    {%- for meter in meters() %}{% do names.update({'reported_' ~ meter.quantity: meter.name}) %}{% endfor -%}
    {%- set added = names.get(name, name.replace('reported_', '').replace('_tokens', '')) -%}
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
