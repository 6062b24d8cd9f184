-- How many raw records are no attempt. What lies on archived days was counted when it was archived.
select
    raw_table,
    cast(sum(record_count) as bigint) as record_count
from {{ ref('int_records_left_out_daily') }}
where {{ is_not_archived('usage_date', ref('stg_loader__archived_days')) }}
group by 1
