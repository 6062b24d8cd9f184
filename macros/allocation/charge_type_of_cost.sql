{# What a cost is charged as: credits are kept apart from other shared costs. #}
{% macro charge_type_of_cost() -%}
    case when cost_kind = 'credit' then 'credit' else 'shared' end
{%- endmacro %}
