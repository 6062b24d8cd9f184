-- Each invoice with its three sides. A credit memo's use is taken off the invoice it refers to, so that
-- the memo itself has nothing left to compare.
{{ config(materialized='table') }}

with periods as (

    select * from {{ ref('int_invoice_periods') }}

),

invoices as (

    select * from {{ ref('int_invoice_amounts') }}

),

provider_side as (

    select * from {{ ref('int_invoice_provider_side') }}

),

gateway_side as (

    select
        provider,
        billing_account_id,
        {{ month_of('usage_date') }} as billing_period_start_date,
        cast(sum(gateway_cost_usd) as {{ money_type() }}) as gateway_usd,
        cast(sum(unpriced_count) as bigint) as unpriced_count
    from {{ ref('int_gateway_costs_daily') }}
    group by 1, 2, 3

),

memos as (

    select
        provider,
        reference_invoice_id,
        cast(sum(invoiced_usd) as {{ money_type() }}) as credit_memo_usd,
        cast(sum(invoiced_usage_usd) as {{ money_type() }}) as credit_memo_usage_usd
    from invoices
    where reference_invoice_id is not null
    group by 1, 2

),

known_invoices as (

    select distinct
        provider,
        invoice_id
    from invoices

)

select
    periods.*,
    invoices.invoice_date,
    invoices.invoiced_usage_usd,
    {% for category in charge_categories() %}
    invoices.invoiced_{{ category }}_usd,
    {% endfor %}
    invoices.invoiced_usd,
    invoices.unconverted_line_count,
    invoices.invoice_id is not null as has_invoice,
    provider_side.placed_on is not null as has_provider,
    periods.reference_invoice_id is not null as is_credit_memo,
    periods.reference_invoice_id is not null and known_invoices.invoice_id is null as is_orphan_memo,
    coalesce(memos.credit_memo_usd, 0) as credit_memo_usd,
    coalesce(memos.credit_memo_usage_usd, 0) as credit_memo_usage_usd,
    gateway_side.gateway_usd,
    gateway_side.unpriced_count,
    provider_side.provider_usage_usd,
    provider_side.provider_invoiceable_usd,
    provider_side.reconciling_item_usage_usd,
    provider_side.provider_other_usd,
    coalesce(provider_side.provider_line_count, 0) as provider_line_count
from periods
left join invoices
    on
        periods.provider = invoices.provider
        and periods.billing_account_id = invoices.billing_account_id
        and periods.billing_period_start_date = invoices.billing_period_start_date
        and periods.invoice_id = invoices.invoice_id
left join provider_side
    on
        periods.provider = provider_side.provider
        and periods.billing_account_id = provider_side.billing_account_id
        and periods.billing_period_start_date = provider_side.billing_period_start_date
        and periods.invoice_id = provider_side.placed_on
left join gateway_side
    on
        periods.provider = gateway_side.provider
        and periods.billing_account_id = gateway_side.billing_account_id
        and periods.billing_period_start_date = gateway_side.billing_period_start_date
        and periods.is_main
left join memos
    on periods.provider = memos.provider and periods.invoice_id = memos.reference_invoice_id
left join known_invoices
    on periods.provider = known_invoices.provider and periods.reference_invoice_id = known_invoices.invoice_id
