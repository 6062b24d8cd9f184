{# The costs of those meters that have one, added up. #}
{% macro known_meter_costs() -%}
    {%- for column in meter_cost_columns() -%}
        coalesce({{ column }}, 0) {{- ' + ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# What could be priced of a costed attempt: all of its cost, but for what a meter without a price hides.
   Null where nothing has a price. #}
{% macro cost_lower_bound() -%}
    cast(case
        when price_status = 'partly_priced'
            then {{ known_meter_costs() }}
        else {{ sum_of(meter_cost_columns()) }}
    end as {{ money_type() }})
{%- endmacro %}

{# What counts as its cost: what could be priced, but null where a meter has no price and no rule takes the rest. #}
{% macro cost_that_counts() -%}
    cast(
            case when price_status != 'partly_priced' or takes_lower_bound then {{ cost_lower_bound() }} end
            as {{ money_type() }}
        )
{%- endmacro %}

{# The meters that a partly priced attempt used and that have no price, by name; null on any other. #}
{% macro meters_without_a_price() -%}
    case when price_status = 'partly_priced' then trim(
        {%- for meter in meters() | sort(attribute='name') %}
        case when {{ meter.name }}_cost_usd is null then '{{ meter.name }} ' else '' end
        {{- ' ||' if not loop.last }}
        {%- endfor %}
    ) end
{%- endmacro %}
