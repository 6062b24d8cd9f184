-- Harm: a line of a bill that is accepted and reaches no figure and no list is money that nobody looks at,
-- and its day seems to have no bill. Every loaded line is in a figure or has a reason why not.
with loaded as (

    select
        raw_table as bill_source,
        batch_id,
        record_count
    from {{ ref('stg_loader__files') }}
    where raw_table in (select distinct authority.bill_source from {{ ref('int_bill_authority') }} as authority)

),

lines as (

    select
        batch_id,
        line_number,
        record_number
    from {{ ref('int_bill_line_outcomes') }}

    union

    -- the amount due of an invoice is no line: it is what they must sum to
    select
        batch_id,
        line_number,
        record_number
    from {{ ref('stg_invoice__lines') }}
    where charge_type = 'total'

),

counted as (

    select
        batch_id,
        count(*) as line_count
    from lines
    group by 1

)

select
    loaded.bill_source,
    loaded.batch_id,
    loaded.record_count,
    coalesce(counted.line_count, 0) as line_count
from loaded
left join counted
    on loaded.batch_id = counted.batch_id
where
    loaded.record_count != coalesce(counted.line_count, 0)
    -- usage reports have quantities and no money
    and loaded.bill_source not in ('openai_usage', 'anthropic_usage_report')

union all

select
    bill_source,
    batch_id,
    line_count as record_count,
    line_count - unplaced_count as line_count
from {{ ref('fct_bill_files') }}
where unplaced_count > 0 or unplaced_amount != 0
