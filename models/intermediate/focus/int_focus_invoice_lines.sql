-- The lines of the invoices that count: the current pull of the source that the authority rules put first.
with lines as (

    select
        *,
        coalesce(invoice_date, billing_period_start_date) as stated_date
    from {{ ref('int_bill_lines_pulled') }}
    where is_current and invoice_id is not null and line_category is not null and amount is not null

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
        ) as precedence
    from lines
    inner join authority
        on
            lines.provider = authority.provider
            and lines.bill_source = authority.bill_source
            and lines.stated_date >= authority.valid_from
            and lines.stated_date < authority.valid_to

),

numbered as (

    select
        *,
        {{ month_of('billing_period_start_date') }} as billing_start_date,
        row_number() over (
            partition by provider, billing_account_id, invoice_id
            order by source_file, line_number, record_number, line_part
        ) as detail_number
    from ranked
    where precedence = 1

)

select
    provider || '/' || billing_account_id || '/' || invoice_id
    || '/' || cast(detail_number as {{ dbt.type_string() }}) as invoice_detail_id,
    provider,
    billing_account_id,
    billing_start_date,
    invoice_id,
    coalesce(reference_invoice_id, invoice_id) as reference_invoice_id,
    invoice_date,
    case
        when cast(pulled_at as date) > stated_date then pulled_at
        else cast(stated_date as timestamp)
    end as updated_at,
    stated_date,
    line_category,
    case
        when line_category = 'usage' then 'Usage'
        when line_category = 'tax' then 'Tax'
        when line_category in ('credit', 'discount', 'refund') then 'Credit'
        when line_category in ('fee', 'seat', 'prepaid', 'commitment') then 'Purchase'
        else 'Adjustment'
    end as charge_category,
    description,
    currency,
    amount,
    amount_usd
from numbered
