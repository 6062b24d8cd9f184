{# The exact cost of one meter of a rated attempt: 0 where nobody is billed or nothing was used, null
   where the attempt or the meter has no price. `width` is that of the quantity: one attempt's, or a sum's. #}
{% macro meter_cost(meter, width) -%}
    case
            when price_status in {{ rated_statuses() }} and {{ meter.quantity }} != 0
                then cast(
                    cast({{ meter.quantity }} as {{ width }}) * {{ meter.name }}_rate_usd
                    as {{ money_type() }}
                )
            when price_status in {{ rated_statuses() }} or price_status in {{ free_statuses() }}
                then cast(0 as {{ money_type() }})
        end
{%- endmacro %}

{# The costs of all meters, as columns of a select list. #}
{% macro meter_costs(width=none) -%}
    {%- for meter in meters() %}
        {{ meter_cost(meter, width or quantity_type()) }} as {{ meter.name }}_cost_usd
        {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# Their names. #}
{% macro meter_cost_columns() -%}
    {% set columns = [] %}
    {% for meter in meters() %}
        {% do columns.append(meter.name ~ '_cost_usd') %}
    {% endfor %}
    {{ return(columns) }}
{%- endmacro %}
