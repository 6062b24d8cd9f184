{# The columns of int_langfuse_requests: those of the observation, with the figures of nested calls where they were
   counted again. Of those nothing but the four figures can be told. #}
{% macro langfuse_call_columns() -%}
    {%- set counted = {
        'reported_input_tokens': 'nested.input_tokens - nested.cache_read_tokens - nested.cache_write_tokens',
        'reported_output_tokens': 'nested.output_tokens',
        'reported_cache_read_tokens': 'nested.cache_read_tokens',
        'reported_cache_write_tokens': 'nested.cache_write_tokens',
    } -%}
    {%- for name in model_columns('int_langfuse_requests') %}
    {%- if name in counted %}
    case when nested.is_recounted then {{ counted[name] }} else observations.{{ name }} end
    {%- elif name.startswith('reported_') or name == 'unread_usage' %}
    case when not coalesce(nested.is_recounted, false) then observations.{{ name }} end
    {%- elif name == 'usage_quality' %}
    case when nested.decision = 'remainder' then 'remainder' else observations.usage_quality end
    {%- elif name == 'counts_as_request' %}
    observations.counts_as_request and coalesce(nested.decision, '') != 'remainder'
    {%- else %}
    observations.{{ name }}
    {%- endif %} as {{ name }}{{ ',' if not loop.last }}
    {%- else %} observations.*
    {%- endfor %}
{%- endmacro %}
