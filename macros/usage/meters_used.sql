{# Which meters of an attempt are not zero, as a number with one bit for each. #}
{% macro meters_used() -%}
    {%- for meter in meters() -%}
        case when {{ meter.quantity }} != 0 then {{ 2 ** loop.index0 }} else 0 end
        {{- ' +' if not loop.last }}
        {% endfor -%}
{%- endmacro %}

{# True where a rated attempt has no price: no window fits, or a meter it used has no rate in it. #}
{% macro lacks_a_rate() -%}
    price_card_version is null
            {%- for meter in meters() %}
            or ({{ meter.quantity }} != 0 and {{ meter.name }}_rate_usd is null)
            {%- endfor %}
{%- endmacro %}
