{# What the list would charge for a costed attempt: its cost, unless a contract or a commitment took the
   list's place; null where the list has no price for it. #}
{% macro list_cost() -%}
    cast(case
        when price_source = 'list' and price_status = 'priced' or price_status = 'not_billable' then cost_usd
        when list_version is not null and usage_status not in ('missing', 'zero_reported') and usage_issue is null
            then
                {%- for meter in meters() %}
                case
                    when {{ meter.quantity }} = 0 then 0
                    else cast({{ meter.quantity }} as {{ quantity_type() }}) * {{ meter.name }}_list_rate_usd
                end
                {{- ' +' if not loop.last }}
                {%- endfor %}
    end as {{ money_type() }})
{%- endmacro %}
