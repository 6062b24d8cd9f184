-- The looks at finished jobs, such as batches, in order of their time: the first one is billed. Few,
-- and compared over all days, because a job is looked at for days.
with polls as (

    select
        source_system,
        event_id,
        usage_at,
        usage_date,
        batch_id,
        source_file,
        line_number,
        record_number
    from {{ ref('int_requests_unioned') }}
    where is_poll

)

select
    *,
    row_number() over (
        partition by source_system, event_id
        order by usage_at, source_file, line_number, record_number
    ) as copy_number
from polls
