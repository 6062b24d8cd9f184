{# The fields the tagging policy can ask for, and when a request does not have one. #}
{% macro tagging_policy_fields() -%}
    {{ return({
        'team': "attribution_status = 'unattributed'",
        'registered_team': "attribution_status in ('unattributed', 'unregistered_team')",
        'service': 'service_name is null',
        'registered_service': 'not is_known_service',
        'feature': 'feature is null',
        'environment': 'environment is null',
        'customer': 'customer_id is null',
        'customer_tier': 'customer_tier is null',
        'project': 'project_id is null',
        'product': 'product is null',
        'request_source': 'request_source is null',
        'prompt_version': 'prompt_version is null',
        'user': 'user_key is null',
        'known_model': 'billed_model is null',
        'priced': none,
    }) }}
{%- endmacro %}

{# Those that are known before the price is: where `priced` is asked for, the priced attempt answers. #}
{% macro fields_before_prices() -%}
    {% set fields = {} %}
    {% for field, is_missing in tagging_policy_fields().items() if is_missing %}
        {% do fields.update({field: is_missing}) %}
    {% endfor %}
    {{ return(fields) }}
{%- endmacro %}

{# The fields a request lacks although a rule of the given kind asks for them, as one text. #}
{% macro missing_fields(enforcement) -%}
    nullif(
            {%- for field, is_missing in fields_before_prices().items() %}
            case when {{ field }}_rule = '{{ enforcement }}' and {{ is_missing }} then '{{ field }} ' else '' end
            {{- ' ||' if not loop.last }}
            {%- endfor %}
            , ''
        )
{%- endmacro %}

{# The rule columns of all fields. #}
{% macro tagging_policy_rule_columns() -%}
    {% set columns = [] %}
    {% for field in tagging_policy_fields() %}
        {% do columns.append(field ~ '_rule') %}
    {% endfor %}
    {{ return(columns) }}
{%- endmacro %}
