-- What asks for prepaid credits: lines of invoices, and purchases on a FOCUS file. A purchase that is on both is told
-- once, by the invoice: that of its number, else one of the same amount in its month. Credit that is applied or given
-- back is a line below zero, and no purchase.
with invoiced as (

    select
        provider,
        billing_account_id,
        invoice_id,
        stated_date,
        amount_usd,
        pulled_at,
        {{ row_text(['invoice_id', 'batch_id', 'line_number', 'record_number', 'line_part']) }} as charge_line
    from {{ ref('int_invoice_lines') }}
    where line_category = 'prepaid' and amount > 0

),

-- a charge for a month was spread over its days
purchased as (

    select
        provider,
        billing_account_id,
        invoice_id,
        min(usage_date) as stated_date,
        cast(
            case when count(invoiced_amount_usd) = count(*) then sum(invoiced_amount_usd) end as {{ money_type() }}
        ) as amount_usd,
        max(pulled_at) as pulled_at,
        {{ row_text(['invoice_id', 'batch_id', 'line_number', 'record_number']) }} as charge_line
    from {{ ref('int_bill_lines_pulled') }}
    where bill_source = 'focus_costs' and line_category = 'prepaid' and is_current and invoiced_amount > 0
    group by provider, billing_account_id, invoice_id, batch_id, line_number, record_number

),

numbers as (

    select distinct
        provider,
        billing_account_id,
        invoice_id
    from invoiced

),

amounts as (

    select distinct
        provider,
        billing_account_id,
        {{ month_of('stated_date') }} as month_date,
        cast(amount_usd as decimal(30, 2)) as cents
    from invoiced

)

select * from invoiced

union all

select purchased.*
from purchased
left join numbers
    on
        purchased.provider = numbers.provider
        and purchased.billing_account_id = numbers.billing_account_id
        and purchased.invoice_id = numbers.invoice_id
left join amounts
    on
        purchased.provider = amounts.provider
        and purchased.billing_account_id = amounts.billing_account_id
        and {{ month_of('purchased.stated_date') }} = amounts.month_date
        and cast(purchased.amount_usd as decimal(30, 2)) = amounts.cents
where numbers.provider is null and amounts.provider is null
