-- The observations that are model calls, by the same rule as spans (int_otel_calls): any type may have usage of its
-- own, and a generation may repeat what one below it used. Langfuse counts the cache beside the input.
with observations as (

    select * from {{ ref('stg_langfuse__observations') }}
    where has_usage or is_model_call

),

nested as (

    select * from {{ ref('int_nested_calls') }}
    where source_system = 'langfuse_observations'

)

select
    {{ langfuse_call_columns() }}
from observations
left join nested
    on
        observations.usage_date = nested.usage_date
        and observations.trace_id = nested.trace_id
        and observations.span_id = nested.span_id
where coalesce(nested.decision, '') != 'repeats'
