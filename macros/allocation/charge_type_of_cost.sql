{# What a cost is charged as: credits are kept apart from other shared costs. #}
{% macro charge_type_of_cost() -%}
    case when cost_kind = 'credit' then 'credit' else 'shared' end
{%- endmacro %}

{# The same of a charge of it: what was bought and not used is a charge of its own, of one cost with what was used. #}
{% macro cost_of_charge(charge_type) -%}
    case when {{ charge_type }} = 'unused' then 'shared' else {{ charge_type }} end
{%- endmacro %}
