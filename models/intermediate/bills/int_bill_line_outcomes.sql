-- What became of every line of every bill that was loaded. A line with money that is in no figure and has no
-- reason would be lost: `unplaced` is that line, and a test fails on it.
with lines as (

    select * from {{ ref('int_bill_lines_classified') }}

),

pulls as (

    select * from {{ ref('int_bill_pulls') }}

),

compared as (

    select
        batch_id,
        line_number,
        record_number,
        line_part
    from {{ ref('int_bill_lines') }}

),

invoiced as (

    select
        batch_id,
        line_number,
        record_number,
        line_part
    from {{ ref('int_invoice_lines') }}

),

billed_days as (

    select * from {{ ref('int_billed_days') }}

)

select
    lines.bill_source,
    coalesce(lines.provider, 'none') as provider,
    lines.billing_account_id,
    lines.pulled_at,
    lines.batch_id,
    lines.source_file,
    lines.line_number,
    lines.record_number,
    lines.line_part,
    lines.charge_day_number,
    lines.usage_date,
    lines.currency,
    lines.amount,
    lines.amount_usd,
    case
        when lines.provider is null then 'not_ai'
        when lines.amount is null then 'no_amount'
        when not pulls.is_current then 'replaced'
        when lines.amount_usd is null then 'no_exchange_rate'
        when compared.batch_id is not null then 'reconciled'
        when invoiced.batch_id is not null then 'invoiced'
        when billed_days.bill_source != lines.bill_source then 'other_bill_counts'
        else 'unplaced'
    end as outcome
from lines
left join pulls
    on
        lines.bill_source = pulls.bill_source
        and lines.billed_by = pulls.billed_by
        and lines.billing_account_id = pulls.billing_account_id
        and lines.replaced_scope = pulls.replaced_scope
        and lines.batch_id = pulls.batch_id
left join compared
    on
        lines.batch_id = compared.batch_id
        and lines.line_number = compared.line_number
        and lines.record_number = compared.record_number
        and lines.line_part = compared.line_part
left join invoiced
    on
        lines.batch_id = invoiced.batch_id
        and lines.line_number = invoiced.line_number
        and lines.record_number = invoiced.record_number
        and lines.line_part = invoiced.line_part
left join billed_days
    on
        lines.provider = billed_days.provider
        and lines.billing_account_id = billed_days.billing_account_id
        and lines.usage_date = billed_days.usage_date
