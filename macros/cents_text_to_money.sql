{# An amount written as text in hundredths of the currency, as exact money. #}
{% macro cents_text_to_money(text) -%}
    cast(cast({{ text }} as decimal(28, 13)) * cast(0.01 as decimal(3, 2)) as {{ money_type() }})
{%- endmacro %}
