-- What the calls below a call account for. Of several records of one call one is added up, and on each way down
-- either the nearest or the last, whichever is more: what stands between them may say less than either.
{{ incremental_by_day() }}
{% set figures = ['all_input_tokens', 'all_output_tokens', 'cache_read_tokens', 'cache_write_tokens'] %}

with records as (

    select * from {{ ref('int_call_records') }}
    {{ where_days_near_changed() }}

),

ancestors as (

    select * from {{ ref('int_span_ancestors') }}
    {{ where_days_near_changed() }}

),

below as (

    select
        calls.*,
        ancestors.ancestor_id,
        above.usage_date as ancestor_date,
        ancestors.distance,
        min(ancestors.distance) over (
            partition by calls.source_system, calls.trace_id, calls.span_id
        ) as nearest_distance
    from ancestors
    inner join records as calls
        on
            ancestors.source_system = calls.source_system
            and ancestors.trace_id = calls.trace_id
            and ancestors.span_id = calls.span_id
            and calls.has_usage
            and calls.record_rank = 1
    inner join records as above
        on
            ancestors.source_system = above.source_system
            and ancestors.trace_id = above.trace_id
            and ancestors.ancestor_id = above.span_id
            and above.has_usage

),

inner_calls as (

    select distinct
        source_system,
        trace_id,
        ancestor_id
    from below

),

summed as (

    select
        below.source_system,
        below.ancestor_date as usage_date,
        below.trace_id,
        below.ancestor_id as span_id,
        {% for figure in figures %}
        sum(case when below.distance = below.nearest_distance then below.{{ figure }} else 0 end)
            as nearest_{{ figure }},
        sum(case when inner_calls.ancestor_id is null then below.{{ figure }} else 0 end) as last_{{ figure }},
        {% endfor %}
        sum(case when inner_calls.ancestor_id is null then 1 else 0 end) as last_count,
        min(case when inner_calls.ancestor_id is null then below.span_id end) as last_id
    from below
    left join inner_calls
        on
            below.source_system = inner_calls.source_system
            and below.trace_id = inner_calls.trace_id
            and below.span_id = inner_calls.ancestor_id
    group by 1, 2, 3, 4

),

final as (

    select
        {% for figure in figures %}
        cast(greatest(nearest_{{ figure }}, last_{{ figure }}) as bigint) as {{ figure }},
        {% endfor %}
        source_system,
        usage_date,
        trace_id,
        span_id,
        last_count,
        case when last_count = 1 then last_id end as only_call_id
    from summed

)

select * from final
{{ where_days_changed() }}
