{# One amount as a ratio of another, to 12 decimals; null where the whole is less than a billionth of a
   dollar or more than ten million million, and where the ratio is a million million or more: a ratio to next
   to nothing says nothing, and a figure that does not fit must not stop the build. #}
{% macro money_ratio_of(part, whole) -%}
    cast(
        {{ prorate(
            'cast(' ~ part ~ ' as ' ~ money_type() ~ ')',
            '1000000000',
            'cast(case when abs(' ~ whole ~ ') < 10000000000000 then floor(' ~ whole ~
            ' * cast(1000000000 as decimal(10, 0))) end as decimal(24, 0))',
            digits=12,
        ) }} as {{ money_ratio_type() }}
    )
{%- endmacro %}
