-- What becomes of a call within a call, and of a call written twice: `repeats` is left out, because other spans of
-- its trace account for its usage; `remainder` is billed for what they leave; `merged` is billed whole, with what
-- only its other records say. docs/which-spans-are-calls.md draws each shape.
{{ incremental_by_day() }}

with records as (

    select * from {{ ref('int_call_records') }}
    {{ where_days_near_changed() }}

),

below as (

    select * from {{ ref('int_calls_below') }}
    {{ where_days_near_changed() }}

),

-- a span over one call, with the same figures, is another record of it
outer_records as (

    select
        below.source_system,
        below.trace_id,
        below.only_call_id as span_id,
        records.span_id as outer_span_id,
        records.parent_span_id as outer_parent_span_id,
        max(records.cache_read_tokens) over one_call as cache_read_tokens,
        max(records.cache_write_tokens) over one_call as cache_write_tokens,
        row_number() over (
            partition by below.source_system, below.trace_id, below.only_call_id
            order by records.depth, records.span_id
        ) as outer_rank
    from below
    inner join records
        on
            below.source_system = records.source_system
            and below.trace_id = records.trace_id
            and below.span_id = records.span_id
            and below.all_input_tokens = records.all_input_tokens
            and below.all_output_tokens = records.all_output_tokens
    where below.only_call_id is not null
    window one_call as (partition by below.source_system, below.trace_id, below.only_call_id)

),

decided as (

    select
        records.*,
        outer_records.outer_span_id,
        outer_records.outer_parent_span_id,
        case
            when records.record_rank > 1 or without_usage.span_id is not null then 'repeats'
            when
                records.all_input_tokens + records.all_output_tokens
                <= below.all_input_tokens + below.all_output_tokens
                then 'repeats'
            when below.span_id is not null then 'remainder'
            when outer_records.span_id is not null then 'merged'
        end as decision,
        greatest(records.all_input_tokens - coalesce(below.all_input_tokens, 0), 0) as left_input_tokens,
        greatest(records.all_output_tokens - coalesce(below.all_output_tokens, 0), 0) as left_output_tokens,
        case
            when below.span_id is not null then greatest(records.cache_read_tokens - below.cache_read_tokens, 0)
            else greatest(records.cache_read_tokens, outer_records.cache_read_tokens)
        end as left_read_tokens,
        case
            when below.span_id is not null then greatest(records.cache_write_tokens - below.cache_write_tokens, 0)
            else greatest(records.cache_write_tokens, outer_records.cache_write_tokens)
        end as left_write_tokens
    from records
    left join below
        on
            records.source_system = below.source_system
            and records.trace_id = below.trace_id
            and records.span_id = below.span_id
    left join outer_records
        on
            records.source_system = outer_records.source_system
            and records.trace_id = outer_records.trace_id
            and records.span_id = outer_records.span_id
            and outer_records.outer_rank = 1
    left join {{ ref('int_calls_without_usage') }} as without_usage
        on
            records.source_system = without_usage.source_system
            and records.usage_date = without_usage.usage_date
            and records.trace_id = without_usage.trace_id
            and records.span_id = without_usage.span_id

),

-- the rest of a sum is no more cached than it is long
final as (

    select
        source_system,
        usage_date,
        trace_id,
        span_id,
        decision,
        outer_span_id,
        outer_parent_span_id,
        decision = 'remainder' or left_read_tokens > cache_read_tokens or left_write_tokens > cache_write_tokens
            as is_recounted,
        left_input_tokens as input_tokens,
        left_output_tokens as output_tokens,
        least(left_read_tokens, left_input_tokens) as cache_read_tokens,
        least(left_write_tokens, left_input_tokens - least(left_read_tokens, left_input_tokens)) as cache_write_tokens
    from decided
    where decision is not null

)

select * from final
{{ where_days_changed() }}
