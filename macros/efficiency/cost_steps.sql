{# What one model would have cost at the attempts of now, step by step (int_unit_cost_steps). Each step takes one
   more thing from now, in this order: model mix, input, cache, output, fees per call; what is left is the price.
   A model, or a kind of token, that was not used before has no price of before: it counts at its price of now. #}

{# The old amount for a quantity of now, at the old amount for each. #}
{% macro at_old_price(kind_usd, quantity) -%}
    case when before_{{ quantity }} > 0 then {{ prorate('before_' ~ kind_usd, quantity, 'before_' ~ quantity) }}
        else {{ kind_usd }} end
{%- endmacro %}

{# The costs of a model that is new, at every step. #}
{% macro unless_new(expression) -%}
    cast(case when before_attempt_count > 0 then {{ expression }} else cost_usd end as {{ money_type() }})
{%- endmacro %}
