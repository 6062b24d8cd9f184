{# One whole number over another, to 6 decimals; null where the divisor is 0. Up to 12 digits each. #}
{% macro ratio_of(part, whole) -%}
    cast({{ prorate('cast(1 as ' ~ money_type() ~ ')', part, whole) }} as decimal(18, 6))
{%- endmacro %}
