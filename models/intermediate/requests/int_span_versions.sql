-- The spans of traces, whoever wrote them, with their own figures. A span exported twice is here once, in its newest
-- version; of two that are as new, the one with usage (int_duplicate_deliveries).
with spans as (

    select
        'otel_genai_spans' as source_system,
        trace_id,
        span_id,
        parent_span_id,
        scope_name as emitter,
        started_at,
        started_date as usage_date,
        has_usage,
        is_model_call,
        -- the spans that look at one run of an agent service each repeat its usage
        case
            when run_id is not null then 'run ' || run_id
            when operation_name like '%thread_run' and has_usage and response_id is null
                then 'run of ' || {{ row_text(['input_tokens', 'output_tokens']) }}
            else 'response ' || response_id
        end as call_key,
        coalesce(input_tokens, case when output_tokens is null then total_tokens end, 0) as input_tokens,
        coalesce(output_tokens, 0) as output_tokens,
        coalesce(cache_read_tokens, 0) as cache_read_tokens,
        coalesce(cache_write_tokens, 0) as cache_write_tokens,
        coalesce(reasoning_tokens, 0) as reasoning_tokens,
        total_tokens,
        cast({{ open_start() }} as timestamp) as version_at,
        source_file,
        line_number,
        record_number
    from {{ ref('stg_otel__genai_spans') }}

    union all

    -- disjoint counts: the total is the sum of all keys, also of those that nobody reads
    select
        source_system,
        trace_id,
        span_id,
        parent_span_id,
        cast(null as {{ dbt.type_string() }}) as emitter,
        usage_at as started_at,
        usage_date,
        has_usage,
        is_model_call,
        'response ' || provider_response_id as call_key,
        coalesce(reported_input_tokens, 0) as input_tokens,
        coalesce(reported_output_tokens, 0) as output_tokens,
        coalesce(reported_cache_read_tokens, 0) as cache_read_tokens,
        coalesce(reported_cache_write_tokens, 0) as cache_write_tokens,
        coalesce(reported_reasoning_tokens, 0) as reasoning_tokens,
        coalesce(reported_total_tokens, 0) as total_tokens,
        coalesce(record_version_at, cast({{ open_start() }} as timestamp)) as version_at,
        source_file,
        line_number,
        record_number
    from {{ ref('stg_langfuse__observations') }}
    where trace_id is not null and span_id is not null

),

numbered as (

    select
        *,
        row_number() over (
            partition by source_system, usage_date, trace_id, span_id
            order by
                version_at desc, case when input_tokens > 0 or output_tokens > 0 then 0 else 1 end asc,
                source_file asc, line_number asc, record_number asc
        ) as copy_rank
    from spans

)

select
    source_system,
    trace_id,
    span_id,
    parent_span_id,
    emitter,
    started_at,
    usage_date,
    has_usage,
    is_model_call,
    call_key,
    input_tokens,
    output_tokens,
    cache_read_tokens,
    cache_write_tokens,
    reasoning_tokens,
    total_tokens
from numbered
where copy_rank = 1
