-- What each span of a trace used, as two figures that can be compared whoever wrote them: all input, cache and
-- media included, and all output, reasoning included. A span exported twice is here once, in its newest version.
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

conventions as (

    select * from {{ ref('token_conventions') }}
    where provider = '*'

),

numbered as (

    select
        spans.*,
        spans.cache_read_tokens + spans.cache_write_tokens as cached_tokens,
        coalesce(conventions.input_includes_cache, true) as input_includes_cache,
        coalesce(conventions.output_includes_reasoning, true) as output_includes_reasoning,
        coalesce(conventions.total_covers_all, false) as total_covers_all,
        row_number() over (
            partition by spans.source_system, spans.usage_date, spans.trace_id, spans.span_id
            order by
                spans.version_at desc, spans.source_file asc, spans.line_number asc, spans.record_number asc
        ) as copy_rank
    from spans
    left join conventions
        on
            spans.source_system = conventions.source_system
            and spans.emitter = conventions.emitter

),

compared as (

    select
        *,
        {{ cache_is_beside(*own_total_and_parts()) }}
        or (
            not input_includes_cache
            and not (total_covers_all and coalesce(total_tokens, 0) = input_tokens + output_tokens)
        ) as is_cache_beside,
        {{ reasoning_is_beside(*own_total_and_parts()) }} or not output_includes_reasoning as is_reasoning_beside
    from numbered
    where copy_rank = 1

),

final as (

    select
        source_system,
        usage_date,
        trace_id,
        span_id,
        parent_span_id,
        started_at,
        call_key,
        has_usage,
        is_model_call,
        case
            when source_system = 'langfuse_observations'
                then greatest(total_tokens - output_tokens - reasoning_tokens, input_tokens + cached_tokens)
            when is_cache_beside or input_tokens < cached_tokens then input_tokens + cached_tokens
            else input_tokens
        end as all_input_tokens,
        case
            when source_system = 'langfuse_observations' or is_reasoning_beside
                then output_tokens + reasoning_tokens
            else output_tokens
        end as all_output_tokens,
        cache_read_tokens,
        cache_write_tokens,
        case when output_tokens >= reasoning_tokens then reasoning_tokens else 0 end as reasoning_tokens
    from compared

)

select * from final
