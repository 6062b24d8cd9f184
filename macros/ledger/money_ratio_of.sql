{# One amount as a ratio of another, to 12 decimals; null where the whole is less than a billionth of a
   dollar or more than ten million million, and where the ratio is a million million or more: a ratio to next
   to nothing says nothing, and a figure that does not fit must not stop the build. #}
{% macro money_ratio_of(part, whole) -%}
    cast(
        {{ ratio_of_amounts(part, whole, smallest='0.000000001', digits=12) }} as {{ money_ratio_type() }}
    )
{%- endmacro %}
