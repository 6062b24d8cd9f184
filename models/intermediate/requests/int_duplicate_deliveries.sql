-- The same event of the same system delivered more than once: all but one copy. The newest version
-- stays, else one that has usage, for a record may be read before it is whole, else the first in the
-- order of the files' names, so that the order in which files arrive changes nothing. A retry has
-- another attempt id or another start and is not a duplicate.
{{ incremental_by_day() }}

with requests as (

    select * from {{ ref('int_requests_unioned') }}
    {{ where_days_changed('usage_at') }}

),

events as (

    select
        source_system,
        event_id,
        usage_at,
        usage_date,
        -- AWS makes the id of a call; it may be written again with another time
        case when source_system = 'bedrock_invocations' then cast(usage_date as timestamp) else usage_at end
            as identity_at,
        is_job_snapshot,
        coalesce(record_version_at, cast({{ open_start() }} as timestamp)) as version_at,
        case when reported_input_tokens > 0 or reported_output_tokens > 0 then 0 else 1 end as usage_rank,
        source_file,
        line_number,
        record_number,
        {{ text_hash('event_id') }} as event_hash
    from requests

),

-- numbers take a fraction of the memory of the texts they stand for; which of these events are the
-- same is decided below, by the texts
repeated_events as (

    select
        event_hash,
        identity_at
    from events
    where not coalesce(is_job_snapshot, false)
    group by 1, 2
    -- an event without an id repeats none. Left out here, by the count: a condition in front would make each id twice
    having count(event_id) > 1

),

numbered as (

    select
        events.*,
        row_number() over (
            partition by events.source_system, events.event_id, events.identity_at, events.usage_date
            order by
                events.version_at desc, events.usage_rank asc, events.source_file asc,
                events.line_number asc, events.record_number asc
        ) as copy_rank
    from events
    inner join repeated_events
        on
            events.event_hash = repeated_events.event_hash
            and events.identity_at = repeated_events.identity_at
    where not coalesce(events.is_job_snapshot, false)

),

-- a finished job is written again whenever it is looked at, with another start, even days later
polls as (

    select * from {{ ref('int_job_cost_snapshots') }}
    {{ where_days_changed() }}

),

final as (

    select
        source_system,
        event_id,
        usage_at,
        usage_date,
        source_file,
        line_number,
        record_number,
        copy_rank
    from numbered
    where copy_rank > 1

    union all

    select
        source_system,
        event_id,
        usage_at,
        usage_date,
        source_file,
        line_number,
        record_number,
        copy_rank
    from polls
    where copy_rank > 1

)

select * from final
