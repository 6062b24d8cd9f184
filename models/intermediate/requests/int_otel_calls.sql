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
        -- the figures to bill: of a recounted call only those that can be told
        {% for figure in ['input', 'output', 'cache_read', 'cache_write'] %}
        case when nested.is_recounted then nested.{{ figure }}_tokens else spans.{{ figure }}_tokens end
            as counted_{{ figure }}_tokens,
        {% endfor %}
        case when not coalesce(nested.is_recounted, false) then spans.reasoning_tokens end as counted_reasoning_tokens,
        case when not coalesce(nested.is_recounted, false) then spans.total_tokens end as counted_total_tokens
    from spans
    left join nested
        on
            spans.started_date = nested.usage_date
            and spans.trace_id = nested.trace_id
            and spans.span_id = nested.span_id
    where coalesce(nested.decision, '') != 'repeats'

)

select * from final
