-- The lines of the invoices in the words of FOCUS, numbered: FOCUS wants an id for each.
with lines as (

    select * from {{ ref('int_invoice_lines') }}
    where invoice_id is not null and line_category is not null and amount is not null

),

numbered as (

    select
        *,
        {{ month_of('billing_period_start_date') }} as billing_start_date,
        row_number() over (
            partition by provider, billing_account_id, invoice_id
            order by source_file, line_number, record_number, line_part
        ) as detail_number
    from lines

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
