{# One amount as a share of another, to 6 decimals; null where the whole is unknown, less than a
   millionth of a dollar or more than ten million million, and where the ratio is ten thousand million or
   more. #}
{% macro share_of(part, whole) -%}
    cast(
        {{ prorate(
            'cast(' ~ part ~ ' as ' ~ money_type() ~ ')',
            '1000000',
            'cast(case when abs(' ~ whole ~ ') < 10000000000000 then floor(' ~ whole ~ ' * 1000000) end as decimal(20, 0))',
            digits=10,
        ) }} as decimal(16, 6)
    )
{%- endmacro %}
