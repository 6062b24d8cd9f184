{# The meters by what moves a bill: each meter is of one kind. #}
{% macro meter_kinds() -%}
    {%- set kinds = {'uncached_input': [], 'cache_read': [], 'cache_write': [], 'output': [], 'call': []} -%}
    {%- for meter in meters() -%}
        {%- set kind = 'call' if not meter.is_token else 'output' if not meter.in_tier
            else 'cache_read' if meter.name.startswith('cache_read')
            else 'cache_write' if meter.name.startswith('cache_write') else 'uncached_input' -%}
        {%- do kinds[kind].append(meter) -%}
    {%- endfor -%}
    {{ return(kinds) }}
{%- endmacro %}

{# What the meters of a kind add to the cost of an attempt: a meter without a price adds nothing where the rest
   counts as a lower bound, and no kind has a cost where the attempt has none. #}
{% macro cost_of_kind(kind) -%}
    case when cost_usd is not null then
    {%- for meter in meter_kinds()[kind] %} coalesce({{ meter.name }}_cost_usd, 0) {{- ' +' if not loop.last }}
    {%- endfor %} end
{%- endmacro %}

{# Their quantities, likewise. #}
{% macro quantity_of_kind(kind) -%}
    {{ sum_of(meter_kinds()[kind] | map(attribute='quantity')) }}
{%- endmacro %}

{# The quantities that a figure of the log, input or output, holds beside its own meter, added up. #}
{% macro quantity_within(figure) -%}
    {{ sum_of(meters() | selectattr('part_of', 'equalto', figure) | map(attribute='quantity')) }}
{%- endmacro %}
