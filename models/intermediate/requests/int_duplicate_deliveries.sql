-- The same event of the same system delivered more than once: all but one copy. The newest version
-- stays, else the first in the order of the files' names, so that the order in which files arrive
-- changes nothing. A retry has another attempt id or another start and is not a duplicate.
with requests as (

    select
        source_system,
        event_id,
        usage_at,
        usage_date,
        is_poll,
        coalesce(record_version_at, cast({{ open_start() }} as timestamp)) as version_at,
        source_file,
        line_number,
        record_number,
        {{ text_hash('event_id') }} as event_hash
    from {{ ref('int_requests_unioned') }}
    where event_id is not null

),

-- numbers take a fraction of the memory of the texts they stand for; which of these events are the
-- same is decided below, by the texts
repeated_events as (

    select
        event_hash,
        usage_at
    from requests
    where not coalesce(is_poll, false)
    group by 1, 2
    having count(*) > 1

),

numbered as (

    select
        requests.*,
        row_number() over (
            partition by requests.source_system, requests.event_id, requests.usage_at, requests.usage_date
            order by
                requests.version_at desc, requests.source_file asc,
                requests.line_number asc, requests.record_number asc
        ) as copy_number
    from requests
    inner join repeated_events
        on
            requests.event_hash = repeated_events.event_hash
            and requests.usage_at = repeated_events.usage_at
    where not coalesce(requests.is_poll, false)

),

-- a finished job is written again whenever it is looked at, with another start, even days later
polls as (

    select * from {{ ref('int_polls') }}

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
        copy_number
    from numbered
    where copy_number > 1

    union all

    select
        source_system,
        event_id,
        usage_at,
        usage_date,
        source_file,
        line_number,
        record_number,
        copy_number
    from polls
    where copy_number > 1

)

select * from final
