{# True where the policy asks for a price and a request that a provider bills has none: of an attempt whose price
   was looked up. Usage that nobody counted lacks no price. #}
{% macro lacks_the_price_asked_for() -%}
    coalesce(priced_rule, 'off') != 'off' and cost_usd is null and price_status in {{ unpriced_statuses() }}
{%- endmacro %}

{# What the policy decides, and the fields it misses, once the price was looked up. #}
{% macro decision_with_price() -%}
    case
        when {{ lacks_the_price_asked_for() }}
            then case when priced_rule = 'enforce' or policy_decision = 'quarantine' then 'quarantine' else 'warn' end
        else policy_decision
    end
{%- endmacro %}

{% macro missing_fields_with_price() -%}
    case
        when {{ lacks_the_price_asked_for() }} then trim(policy_missing_fields || ' priced')
        else policy_missing_fields
    end
{%- endmacro %}
