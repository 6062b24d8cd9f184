-- The same event of the same system delivered more than once: all but the first copy, in the order
-- of the files' names, so that the order in which files arrive changes nothing. A retry has another
-- attempt id or another start and is not a duplicate.
with requests as (

    select
        source_system,
        event_id,
        usage_at,
        usage_date,
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
    group by 1, 2
    having count(*) > 1

),

numbered as (

    select
        requests.*,
        row_number() over (
            partition by requests.source_system, requests.event_id, requests.usage_at, requests.usage_date
            order by requests.source_file, requests.line_number, requests.record_number
        ) as copy_number
    from requests
    inner join repeated_events
        on
            requests.event_hash = repeated_events.event_hash
            and requests.usage_at = repeated_events.usage_at

)

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
