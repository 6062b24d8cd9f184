-- Few traces hold a call within a call, or one call twice. Only in those is the tree of spans looked at, which keeps
-- a night cheap.
{{ incremental_by_day() }}

with spans as (

    select * from {{ ref('int_span_usage') }}
    {{ where_days_near_changed() }}

),

candidates as (

    select * from spans
    where has_usage or is_model_call

),

nested as (

    select distinct
        candidates.source_system,
        candidates.trace_id
    from candidates
    inner join spans as below
        on
            candidates.source_system = below.source_system
            and candidates.trace_id = below.trace_id
            and candidates.span_id = below.parent_span_id

),

repeated as (

    select
        source_system,
        trace_id
    from candidates
    where call_key is not null
    group by source_system, trace_id, call_key
    having count(*) > 1

),

busy as (

    select * from nested
    union
    select * from repeated

),

final as (

    select
        spans.*,
        spans.has_usage or spans.is_model_call as is_candidate
    from spans
    inner join busy
        on
            spans.source_system = busy.source_system
            and spans.trace_id = busy.trace_id

)

select * from final
{{ where_days_changed() }}
