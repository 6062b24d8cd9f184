{# What a request was for, as its records say: names that no seed has to know. #}
{% macro context_columns() -%}
    {{ return([
        'service_name', 'service_namespace', 'feature', 'environment', 'customer_id', 'user_key', 'prompt_version',
        'request_source', 'project_id', 'product', 'customer_tier', 'endpoint', 'agent_name', 'route',
    ]) }}
{%- endmacro %}
