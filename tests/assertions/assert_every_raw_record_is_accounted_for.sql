-- Harm: a record that is neither a request, nor left out by name (int_records_left_out), nor rejected has been lost,
-- and its money with it.
with loaded as (

    select
        raw_table,
        sum(record_count) as record_count
    from {{ ref('stg_loader__files') }}
    where raw_table in {{ gateway_tables() }}
    group by 1

),

explained as (

    -- an answer made in pieces is one record
    select
        cast(source_system as {{ dbt.type_string() }}) as raw_table,
        count(*) as record_count
    from {{ ref('int_priced_attempts') }}
    where coalesce(iteration_number, 1) = 1
    group by 1

    union all

    select
        raw_table,
        record_count
    from {{ ref('int_records_left_out') }}

    union all

    select
        raw_table,
        left_out_count as record_count
    from {{ ref('stg_loader__archived_records') }}

    union all

    -- what came for an archived day waits until the day is brought back: assert_archived_days_are_up_to_date
    select
        days.raw_table,
        days.record_count
    from {{ ref('stg_loader__days') }} as days
    inner join {{ ref('stg_loader__archived_days') }} as archived
        on
            days.event_date = archived.usage_date
            and days.loaded_at > archived.archived_at

),

accounted as (

    select
        raw_table,
        sum(record_count) as record_count
    from explained
    group by 1

)

select
    loaded.raw_table,
    loaded.record_count,
    coalesce(accounted.record_count, 0) as accounted_count
from loaded
left join accounted
    on loaded.raw_table = accounted.raw_table
where loaded.record_count != coalesce(accounted.record_count, 0)
