-- Rejected lines of gateway logs, on the day that most records of the same file fall on: a line that could
-- not be read does not say its own. A file that could not be read at all is on the day it was met.
with rejects as (

    select
        batch_id,
        count(*) as reject_count,
        min(loaded_at) as loaded_at
    from {{ ref('stg_loader__rejects') }}
    where raw_table in {{ gateway_tables() }}
    group by 1

),

days as (

    select
        batch_id,
        event_date,
        row_number() over (partition by batch_id order by record_count desc, event_date asc) as day_rank
    from {{ ref('stg_loader__days') }}
    where event_date is not null

),

files as (

    select
        batch_id,
        max(pulled_at) as pulled_at
    from {{ ref('stg_loader__files') }}
    group by 1

)

select
    coalesce(days.event_date, cast(files.pulled_at as date), cast(rejects.loaded_at as date)) as usage_date,
    cast(sum(rejects.reject_count) as bigint) as reject_count
from rejects
left join days
    on
        rejects.batch_id = days.batch_id
        and days.day_rank = 1
left join files
    on rejects.batch_id = files.batch_id
group by 1
