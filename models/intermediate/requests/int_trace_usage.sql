-- What the records of int_trace_records used, as two figures that can be compared whoever counted: all input and all
-- output. The total of a record decides whether cache and reasoning are in them, else its source does.
with records as (

    select * from {{ ref('int_trace_records') }}

),

conventions as (

    select * from {{ ref('token_conventions') }}

),

stated as (

    select
        records.*,
        coalesce(
            by_emitter.input_includes_cache, by_provider.input_includes_cache, by_system.input_includes_cache, true
        ) as input_includes_cache,
        coalesce(
            by_emitter.output_includes_reasoning, by_provider.output_includes_reasoning,
            by_system.output_includes_reasoning, true
        ) as output_includes_reasoning,
        coalesce(by_emitter.total_covers_all, false) as emitter_total_covers_all
    from records
    left join conventions as by_provider
        on
            records.source_system = by_provider.source_system
            and records.provider_name = by_provider.provider
            and by_provider.emitter = '*'
    left join conventions as by_system
        on
            records.source_system = by_system.source_system
            and by_system.provider = '*'
            and by_system.emitter = '*'
    left join conventions as by_emitter
        on
            records.source_system = by_emitter.source_system
            and by_emitter.provider = '*'
            and records.emitter = by_emitter.emitter
            and by_emitter.emitter != '*'

)

select
    *,
    input_tokens + case
        when
            (
                not input_includes_cache
                and not (emitter_total_covers_all and coalesce(total_tokens, 0) = input_tokens + output_tokens)
            )
            or {{ cache_is_beside(*own_total_and_parts()) }}
            then cached_tokens
        else 0
    end as all_input_tokens,
    output_tokens + case
        when not output_includes_reasoning or {{ reasoning_is_beside(*own_total_and_parts()) }} then reasoning_tokens
        else 0
    end as all_output_tokens,
    row_number() over (
        partition by usage_date, trace_id, call_file, call_line, call_record
        order by case when is_kept then 0 else 1 end, source_system, source_file, line_number, record_number
    ) as record_rank,
    count(*) over (partition by usage_date, call_file, call_line, call_record) as record_count
from stated
