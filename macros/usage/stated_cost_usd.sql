{# A cost that a record states in a currency, in USD at the rate of its day; null without one, and for what no call
   costs and no sum holds. As exact as in_usd. #}
{% macro stated_cost_usd() -%}
    case
        when currency_of_cost = 'USD' then cost_in_currency
        when abs(cost_in_currency) < 1000000000
            then cast(
                cast(cost_in_currency as decimal(24, 12)) * cast(usd_per_unit as decimal(14, 8)) as {{ money_type() }}
            )
    end
{%- endmacro %}
