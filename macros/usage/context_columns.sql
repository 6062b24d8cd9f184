{# What a request was for, as its records say: names that no seed has to know. #}
{% macro context_columns() -%}
    {{ return([
        'service_name', 'service_namespace', 'feature', 'environment', 'customer_id', 'user_key', 'prompt_version',
        'request_source', 'project_id', 'product', 'customer_tier', 'endpoint', 'agent_name', 'route',
        'gateway_name', 'routing_policy', 'step_name', 'tool_name',
    ]) }}
{%- endmacro %}

{# What fct_spend_by_context_daily breaks spend down by: names that fct_spend_daily does not have. #}
{% macro context_dimensions() -%}
    {{ return([
        'source_system', 'sub_account_id', 'service_namespace', 'prompt_version', 'request_source', 'project_id',
        'product', 'customer_tier', 'endpoint', 'agent_name', 'route', 'gateway_name', 'routing_policy',
        'step_name', 'tool_name',
    ]) }}
{%- endmacro %}
