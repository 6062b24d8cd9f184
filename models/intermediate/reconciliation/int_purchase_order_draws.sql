-- What draws on a purchase order: invoices, without their tax, and our own figure of use in months without one.
with orders as (

    select
        po_number,
        provider,
        billing_account_id,
        {{ validity_dates() }}
    from {{ ref('purchase_orders') }}

),

invoices as (

    select
        provider,
        billing_account_id,
        billing_period_start_date as served_date,
        stated_date as draw_date,
        amount_usd
    from {{ ref('int_invoice_lines') }}
    where line_category != 'tax'

),

invoiced_months as (

    select distinct
        provider,
        billing_account_id,
        {{ month_of('served_date') }} as usage_period
    from invoices

),

draws as (

    select
        provider,
        billing_account_id,
        served_date,
        draw_date,
        true as is_invoiced,
        amount_usd,
        case when amount_usd is null then 1 else 0 end as unknown_count
    from invoices

    union all

    select
        usage.provider,
        usage.billing_account_id,
        usage.usage_date as served_date,
        usage.usage_date as draw_date,
        false as is_invoiced,
        usage.amount_usd,
        usage.unpriced_count as unknown_count
    from {{ ref('int_charges_daily') }} as usage
    left join invoiced_months as months
        on
            usage.provider = months.provider
            and usage.billing_account_id = months.billing_account_id
            and usage.usage_period = months.usage_period
    where months.provider is null

)

select
    orders.po_number,
    draws.draw_date,
    draws.is_invoiced,
    cast(coalesce(sum(draws.amount_usd), 0) as {{ money_type() }}) as amount_usd,
    cast(sum(draws.unknown_count) as bigint) as unknown_count
from orders
inner join draws
    on
        orders.provider = draws.provider
        and orders.billing_account_id in ('*', draws.billing_account_id)
        and orders.valid_from <= draws.served_date and orders.valid_to > draws.served_date
group by 1, 2, 3
