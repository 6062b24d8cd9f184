{{ config(materialized='view') }}

with

events as (
    select * from {{ ref('stg_ops__run_events') }}
),

starts as (
    select
        run_id,
        happened_at as started_at,
        lead(run_id) over (order by happened_at, run_id) as next_run_id
    from events
    where event = 'started'
),

ends as (
    select * from events
    where event = 'finished'
),

final as (
    select
        starts.run_id,
        starts.started_at,
        ends.happened_at as ended_at,
        -- one night at a time: when the next one began, this one was gone
        case
            when ends.run_id is not null then ends.status
            when starts.next_run_id is not null then 'killed'
            else 'running'
        end as status,
        ends.files_loaded,
        ends.files_unread,
        ends.records_loaded,
        ends.records_rejected,
        ends.records_incomplete,
        ends.records_other_traffic,
        cast(ends.load_ms * cast(0.001 as decimal(4, 3)) as decimal(15, 3)) as load_seconds,
        cast(ends.build_ms * cast(0.001 as decimal(4, 3)) as decimal(15, 3)) as build_seconds,
        ends.failed_count,
        ends.warning_count,
        ends.warnings
    from starts
    left join ends on starts.run_id = ends.run_id
)

select * from final
