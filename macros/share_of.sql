{# One amount as a share of another, cut after 6 decimals; null where the whole is 0 or unknown. Amounts
   count in millionths of a dollar, up to a million dollars: enough for a share. #}
{% macro share_of(part, whole) -%}
    cast(
        {{ prorate(
            'cast(1 as ' ~ money_type() ~ ')',
            'cast(floor(' ~ part ~ ' * 1000000) as decimal(18, 0))',
            'cast(floor(' ~ whole ~ ' * 1000000) as decimal(18, 0))',
        ) }} as decimal(16, 6)
    )
{%- endmacro %}
