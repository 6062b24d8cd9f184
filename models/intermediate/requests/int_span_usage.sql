-- What each span of a trace used, as two figures that can be compared whoever wrote them: all input, cache and
-- media included, and all output, reasoning included. What a library counts is in token_conventions.
with spans as (

    select * from {{ ref('int_span_versions') }}

),

conventions as (

    select * from {{ ref('token_conventions') }}
    where provider = '*'

),

stated as (

    select
        spans.*,
        spans.cache_read_tokens + spans.cache_write_tokens as cached_tokens,
        coalesce(conventions.input_includes_cache, true) as input_includes_cache,
        coalesce(conventions.output_includes_reasoning, true) as output_includes_reasoning,
        coalesce(conventions.total_covers_all, false) as total_covers_all
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
    from stated

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
