-- Harm: a record that is neither a request, nor a duplicate, nor rejected has been lost, and its money
-- with it. Spans that are not model calls carry tags, not usage, and are counted as such.
with loaded as (

    select
        raw_table,
        sum(record_count) as record_count
    from {{ ref('stg_loader__files') }}
    where raw_table in {{ gateway_tables() }}
    group by 1

),

accepted as (

    select
        source_system as raw_table,
        count(*) as record_count
    from {{ ref('fct_priced_requests') }}
    group by 1

),

duplicates as (

    select
        source_system as raw_table,
        count(*) as record_count
    from {{ ref('int_duplicate_deliveries') }}
    group by 1

),

other_spans as (

    select
        'otel_genai_spans' as raw_table,
        (select count(*) from {{ ref('stg_otel__genai_spans') }})
        - (
            select count(*) from {{ ref('int_requests_unioned') }}
            where source_system = 'otel_genai_spans'
        ) as record_count

)

select
    loaded.raw_table,
    loaded.record_count,
    coalesce(accepted.record_count, 0) as accepted_count,
    coalesce(duplicates.record_count, 0) as duplicate_count,
    coalesce(other_spans.record_count, 0) as other_count
from loaded
left join accepted on loaded.raw_table = accepted.raw_table
left join duplicates on loaded.raw_table = duplicates.raw_table
left join other_spans on loaded.raw_table = other_spans.raw_table
where
    loaded.record_count
    != coalesce(accepted.record_count, 0) + coalesce(duplicates.record_count, 0)
    + coalesce(other_spans.record_count, 0)
