with payments as (

    select * from {{ ref('invoice_payments') }}

),

invoices as (

    select
        provider,
        billing_account_id,
        invoice_id,
        min(currency) as currency,
        max(currency) as other_currency,
        cast(sum(amount) as {{ money_type() }}) as invoiced_amount,
        cast(case when count(amount_usd) = count(*) then sum(amount_usd) end as {{ money_type() }}) as booked_usd
    from {{ ref('int_invoice_lines') }}
    group by 1, 2, 3

),

-- parts of the invoice in millionths of a unit of its currency
matched as (

    select
        payments.*,
        invoices.invoice_id is not null as has_invoice,
        payments.currency = invoices.currency and payments.currency = invoices.other_currency as is_same_currency,
        invoices.invoiced_amount,
        invoices.booked_usd,
        cast(payments.paid_amount * cast(1000000 as decimal(7, 0)) as decimal(18, 0)) as paid_units,
        cast(round(invoices.invoiced_amount * cast(1000000 as decimal(7, 0)), 0) as decimal(18, 0)) as invoiced_units
    from payments
    left join invoices
        on
            payments.provider = invoices.provider
            and payments.billing_account_id = invoices.billing_account_id
            and payments.invoice_id = invoices.invoice_id

),

booked as (

    select
        *,
        case
            when is_same_currency then {{ prorate('booked_usd', 'paid_units', 'invoiced_units') }}
        end as booked_part_usd
    from matched

)

select
    payment_id,
    provider,
    billing_account_id,
    invoice_id,
    paid_on,
    currency,
    cast(paid_amount as {{ money_type() }}) as paid_amount,
    paid_usd,
    invoiced_amount,
    cast(booked_part_usd as {{ money_type() }}) as booked_usd,
    case when is_same_currency then {{ money_ratio_of('booked_usd', 'invoiced_amount') }} end as booked_usd_per_unit,
    {{ money_ratio_of('paid_usd', 'paid_amount') }} as realised_usd_per_unit,
    cast(paid_usd - booked_part_usd as {{ money_type() }}) as realised_difference_usd,
    case
        when not has_invoice then 'unknown_invoice'
        when not is_same_currency then 'other_currency'
        when booked_usd is null then 'no_fx_rate'
        when invoiced_units = 0 then 'nothing_invoiced'
        else 'realised'
    end as payment_status
from booked
