{# One whole number over another, to 6 decimals; null where the divisor is 0 or the ratio is a million million or
   more. Up to 18 digits each. #}
{% macro ratio_of(part, whole) -%}
    cast({{ prorate('cast(1 as ' ~ money_type() ~ ')', part, whole, digits=12) }} as decimal(18, 6))
{%- endmacro %}
