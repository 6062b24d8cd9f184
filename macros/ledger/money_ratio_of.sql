{# One amount as a ratio of another, cut after 12 decimals; null where the whole is less than a billionth of a
   dollar. For amounts below a hundred million. #}
{% macro money_ratio_of(part, whole) -%}
    cast(
        {{ prorate(
            'cast(' ~ part ~ ' as ' ~ money_type() ~ ')',
            '1000000000',
            'cast(floor(' ~ whole ~ ' * cast(1000000000 as decimal(10, 0))) as decimal(30, 0))',
        ) }} as decimal(16, 12)
    )
{%- endmacro %}
