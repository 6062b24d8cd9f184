-- The lines of the invoices that count: the current pull of the source that the authority rules put first.
with lines as (

    select
        *,
        coalesce(invoice_date, billing_period_start_date) as stated_date
    from {{ ref('int_bill_lines_pulled') }}
    where is_current

),

authority as (

    select * from {{ ref('int_bill_authority') }}
    where purpose = 'invoice'

),

ranked as (

    select
        lines.*,
        dense_rank() over (
            partition by lines.provider, lines.billing_account_id, lines.invoice_id
            order by authority.authority_rank, lines.bill_source
        ) as authority_order
    from lines
    inner join authority
        on {{ authority_holds('lines', 'stated_date') }}

)

select
    provider,
    billing_account_id,
    billing_period_start_date,
    invoice_id,
    invoice_date,
    reference_invoice_id,
    stated_date,
    pulled_at,
    line_category,
    description,
    currency,
    amount,
    amount_usd,
    batch_id,
    source_file,
    line_number,
    record_number,
    line_part
from ranked
where authority_order = 1
