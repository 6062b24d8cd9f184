{# The select list of a model that reads int_priced_attempts: what that leaves out because it follows from
   the rest is filled in, and its labels become text. Other columns of its YAML, and the quantities and costs of
   all meters, are taken as they are. #}
{% macro attempt_select_list(model) -%}
    {% set described = model_columns(model) %}
    {% set filled = {
        'logical_request_id': 'coalesce(logical_request_id, request_id)',
        'list_cost_usd': "case when price_source = 'list' and price_status = 'priced' or price_status = 'not_billable' "
            ~ 'then cost_usd else separate_list_cost_usd end',
        'cost_lower_bound_usd': 'coalesce(cost_usd, separate_lower_bound_usd)',
        'gateway_estimate_difference_usd': 'cast(gateway_reported_cost_usd '
            ~ '- coalesce(gateway_guardrail_cost_usd, 0) - cost_usd as ' ~ money_type() ~ ')',
    } %}
    {% for column in enum_values() %}
        {% do filled.update({column: 'cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')'}) %}
    {% endfor %}
    {%- for column in described + (meter_quantities() + meter_cost_columns() if described else []) %}
    {{ filled.get(column, column) }} as {{ column }}{{ ',' if not loop.last }}
    {%- else %} *
    {%- endfor %}
{%- endmacro %}
