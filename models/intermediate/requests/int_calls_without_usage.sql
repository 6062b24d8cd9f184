-- Records of a call without usage that another record stands for: one below it, or one above it that has the usage
-- and no other call below. A failed attempt beside a successful one stays an attempt.
{{ incremental_by_day() }}

with records as (

    select * from {{ ref('int_call_records') }}
    {{ where_days_near_changed() }}

),

ancestors as (

    select * from {{ ref('int_span_ancestors') }}
    {{ where_days_near_changed() }}

),

below as (

    select * from {{ ref('int_calls_below') }}
    {{ where_days_near_changed() }}

),

stood_for as (

    select
        source_system,
        trace_id,
        ancestor_id as span_id
    from ancestors

    union

    select
        ancestors.source_system,
        ancestors.trace_id,
        ancestors.span_id
    from ancestors
    inner join records as above
        on
            ancestors.source_system = above.source_system
            and ancestors.trace_id = above.trace_id
            and ancestors.ancestor_id = above.span_id
            and above.has_usage
    left join below
        on
            above.source_system = below.source_system
            and above.trace_id = below.trace_id
            and above.span_id = below.span_id
    where below.span_id is null

),

final as (

    select
        records.source_system,
        records.usage_date,
        records.trace_id,
        records.span_id
    from records
    inner join stood_for
        on
            records.source_system = stood_for.source_system
            and records.trace_id = stood_for.trace_id
            and records.span_id = stood_for.span_id
    where not records.has_usage

)

select * from final
{{ where_days_changed() }}
