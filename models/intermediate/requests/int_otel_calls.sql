-- The spans that are model calls: those with usage that no span below them accounts for, and calls that used
-- nothing. Not the operation's name decides, but the tree of spans: a remote agent's span may be the only record of
-- what it used, and a chat span may repeat another one.
with spans as (

    select * from {{ ref('stg_otel__genai_spans') }}
    where has_usage or is_model_call

),

nested as (

    select * from {{ ref('int_nested_calls') }}
    where source_system = 'otel_genai_spans'

),

final as (

    select
        spans.*,
        nested.decision,
        nested.outer_span_id,
        case when nested.outer_span_id is null then spans.parent_span_id else nested.outer_parent_span_id end
            as outer_parent_span_id,
        coalesce(nested.is_recounted, false) as is_recounted,
        nested.input_tokens as counted_input_tokens,
        nested.output_tokens as counted_output_tokens,
        nested.cache_read_tokens as counted_cache_read_tokens,
        nested.cache_write_tokens as counted_cache_write_tokens
    from spans
    left join nested
        on
            spans.started_date = nested.usage_date
            and spans.trace_id = nested.trace_id
            and spans.span_id = nested.span_id
    where coalesce(nested.decision, '') != 'repeats'

)

select * from final
