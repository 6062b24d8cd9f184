{# The quantity of a charge at a rate, USD; 0 where there is no rate, because FOCUS allows no null here. #}
{% macro focus_amount(rate) -%}
    cast(coalesce(cast(quantity as {{ quantity_type() }}) * {{ rate }}, 0) as {{ money_type() }})
{%- endmacro %}
