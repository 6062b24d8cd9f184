-- Which of several records of one call counts: of those with one id in a trace the fullest, and of those the one
-- nearest to the provider, which knows the model best.
{{ incremental_by_day() }}

with spans as (

    select * from {{ ref('int_busy_trace_spans') }}
    {{ where_days_near_changed() }}

),

depths as (

    select
        source_system,
        trace_id,
        span_id,
        count(*) as depth
    from {{ ref('int_span_ancestors') }}
    {{ where_days_near_changed() }}
    group by 1, 2, 3

),

final as (

    select
        spans.*,
        coalesce(depths.depth, 0) as depth,
        row_number() over (
            partition by spans.source_system, spans.trace_id, coalesce(spans.call_key, 'span ' || spans.span_id)
            order by
                spans.all_input_tokens + spans.all_output_tokens desc, coalesce(depths.depth, 0) desc,
                spans.started_at asc, spans.span_id asc
        ) as record_rank
    from spans
    left join depths
        on
            spans.source_system = depths.source_system
            and spans.trace_id = depths.trace_id
            and spans.span_id = depths.span_id
    where spans.is_candidate

)

select * from final
{{ where_days_changed() }}
