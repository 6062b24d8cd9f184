{# Which meters of an attempt are not zero, as a number with one bit for each. #}
{% macro meters_used() -%}
    {%- for meter in meters() -%}
        case when {{ meter.quantity }} != 0 then {{ 2 ** loop.index0 }} else 0 end
        {{- ' +' if not loop.last }}
        {% endfor -%}
{%- endmacro %}
