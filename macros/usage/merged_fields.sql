{# What a call's other records may add to the one that counts, and whose word comes first: the application's for its
   own names (owner), the gateway's for what happened there (gateway). Precedences are in
   seeds/reference/evidence_precedence.csv. #}
{% macro merged_fields() -%}
    {{ return({
        'team_tag': 'owner', 'cost_center_tag': 'owner', 'service_name': 'owner', 'service_namespace': 'owner',
        'feature': 'owner', 'environment': 'owner', 'customer_id': 'owner', 'customer_tier': 'owner',
        'user_key': 'owner', 'prompt_version': 'owner', 'request_source': 'owner', 'project_id': 'owner',
        'product': 'owner', 'agent_name': 'owner', 'step_name': 'owner', 'tool_name': 'owner', 'trace_id': 'owner', 'span_id': 'owner',
        'gateway_team': 'gateway', 'gateway_team_id': 'gateway', 'credential_id': 'gateway',
        'credential_name': 'gateway', 'sub_account_id': 'gateway', 'route': 'gateway', 'endpoint': 'gateway',
        'stated_gateway_name': 'gateway', 'routing_policy': 'gateway',
        'gateway_call_id': 'gateway', 'attempt_number': 'gateway', 'is_retry': 'gateway', 'is_fallback': 'gateway',
        'fallback_from_model': 'gateway', 'gateway_reported_cost_usd': 'gateway', 'gateway_guardrail_cost_usd': 'gateway',
        'gateway_price_card_version': 'gateway',
    }) }}
{%- endmacro %}

{# Rank, source and value in one text whose smallest is the one that counts: four digits, 40 letters, a digit that
   sets a statement after the call's own record, the value. #}
{% macro ranked_value(field) -%}
    case when {{ field }} is not null
        then {{ merged_fields()[field] }}_authority || cast({{ field }} as {{ dbt.type_string() }}) end
{%- endmacro %}

{% macro ranked_source(ranked) -%}
    trim(substr({{ ranked }}, 5, 40))
{%- endmacro %}

{# Where each piece of evidence of an owner comes from, when it is merged. #}
{% macro owner_sources() -%}
    {%- set sources = [] -%}
    {%- for item in owner_evidence() if item.column in merged_fields() -%}
        {%- do sources.append(item.column ~ '_source') -%}
    {%- endfor -%}
    {{ return(sources) }}
{%- endmacro %}

{# Systems in which an application speaks of its own calls. #}
{% macro application_sources() -%}
    ('envelope_events', 'otel_genai_spans', 'langfuse_observations')
{%- endmacro %}

{# The address of a record. #}
{% macro record_keys() -%}
    {{ return(['usage_date', 'source_file', 'line_number', 'record_number']) }}
{%- endmacro %}

{% macro same_record(one, other) -%}
    {%- for key in record_keys() %}
            {{ one }}.{{ key }} = {{ other }}.{{ key }}{{ ' and' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
