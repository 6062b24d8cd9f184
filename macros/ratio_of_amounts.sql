{# One amount over another, cut after 15 decimals; null where the whole is unknown, less than `smallest` or more than
   ten million million, and where the ratio has more than `digits` digits before the point. A whole of less than a
   million takes part with all its decimals, a larger one with nine: no share of a part is more than one. #}
{% macro ratio_of_amounts(part, whole, smallest, digits) -%}
    {%- set whole = 'cast(' ~ whole ~ ' as ' ~ money_type() ~ ')' -%}
    {%- set scale -%}
        cast(case when abs({{ whole }}) < 1000000 then 1000000000000000 else 1000000000 end as decimal(16, 0))
    {%- endset -%}
    {%- set divisor -%}
        cast(
            case
                when abs({{ whole }}) >= {{ smallest }} and abs({{ whole }}) < 10000000000000
                    then floor({{ whole }} * {{ scale }})
            end as decimal(24, 0)
        )
    {%- endset -%}
    {{ prorate('cast(' ~ part ~ ' as ' ~ money_type() ~ ')', scale, divisor, digits=digits) }}
{%- endmacro %}
