{# What a cost is charged as: credits stand apart from other shared costs. #}
{% macro charge_type_of_cost() -%}
    case when cost_kind = 'credit' then 'credit' else 'shared' end
{%- endmacro %}
