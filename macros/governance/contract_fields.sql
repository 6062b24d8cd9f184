{# The fields the attribution contract can ask for, and when a request does not have one. #}
{% macro contract_fields() -%}
    {{ return({
        'team': "attribution_status = 'unattributed'",
        'registered_team': "attribution_status in ('unattributed', 'unregistered_team')",
        'service': 'service_name is null',
        'feature': 'feature is null',
        'environment': 'environment is null',
        'workspace': 'workspace_id is null',
        'known_model': 'billed_model is null',
    }) }}
{%- endmacro %}

{# The fields a request lacks although a rule of the given kind asks for them, as one text. #}
{% macro missing_fields(enforcement) -%}
    nullif(
            {%- for field, is_missing in contract_fields().items() %}
            case when {{ field }}_rule = '{{ enforcement }}' and {{ is_missing }} then '{{ field }} ' else '' end
            {{- ' ||' if not loop.last }}
            {%- endfor %}
            , ''
        )
{%- endmacro %}

{# The rule columns of all fields. #}
{% macro contract_rule_columns() -%}
    {% set columns = [] %}
    {% for field in contract_fields() %}
        {% do columns.append(field ~ '_rule') %}
    {% endfor %}
    {{ return(columns) }}
{%- endmacro %}
