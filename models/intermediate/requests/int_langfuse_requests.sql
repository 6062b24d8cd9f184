-- The observations that are model calls, by the same rule as spans (int_otel_calls): any type may have usage of its
-- own, and a generation may repeat what one below it used. Langfuse counts the cache beside the input.
{% set counted = {
    'reported_input_tokens': 'nested.input_tokens - nested.cache_read_tokens - nested.cache_write_tokens',
    'reported_output_tokens': 'nested.output_tokens',
    'reported_cache_read_tokens': 'nested.cache_read_tokens',
    'reported_cache_write_tokens': 'nested.cache_write_tokens',
} %}
with observations as (

    select * from {{ ref('stg_langfuse__observations') }}
    where has_usage or is_model_call

),

nested as (

    select * from {{ ref('int_nested_calls') }}
    where source_system = 'langfuse_observations'

)

select
    {% for name in model_columns('int_langfuse_requests') %}
    {% if name in counted %}
    case when nested.is_recounted then {{ counted[name] }} else observations.{{ name }} end as {{ name }}
    {% elif name.startswith('reported_') or name == 'unread_usage' %}
    case when not coalesce(nested.is_recounted, false) then observations.{{ name }} end as {{ name }}
    {% elif name == 'usage_quality' %}
    case when nested.decision = 'remainder' then 'remainder' else observations.usage_quality end as usage_quality
    {% elif name == 'counts_as_request' %}
    observations.counts_as_request and coalesce(nested.decision, '') != 'remainder' as counts_as_request
    {% else %}
    observations.{{ name }}
    {% endif %}
    {{- ',' if not loop.last }}
    {% endfor %}
from observations
left join nested
    on
        observations.usage_date = nested.usage_date
        and observations.trace_id = nested.trace_id
        and observations.span_id = nested.span_id
where coalesce(nested.decision, '') != 'repeats'
