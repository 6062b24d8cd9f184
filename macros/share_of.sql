{# One amount as a share of another, to 6 decimals; null where the whole is unknown, less than a
   millionth of a dollar or more than ten million million, and where the ratio is ten thousand million or
   more. #}
{% macro share_of(part, whole) -%}
    cast({{ ratio_of_amounts(part, whole, smallest='0.000001', digits=10) }} as decimal(16, 6))
{%- endmacro %}
