-- What was paid in advance: cash now, cost only as it is used. An amount without a rate to USD is left out.
select
    md5('prepayment/' || invoice_detail_id) as charge_key,
    'Purchase' as charge_category,
    'One-Time' as charge_frequency,
    coalesce(description, 'Prepayment') as charge_description,
    billing_start_date as charge_start_date,
    {{ months_after('billing_start_date', 1) }} as charge_end_date,
    billing_start_date,
    provider,
    billing_account_id,
    case when currency = 'USD' then invoice_id end as invoice_id,
    case when currency = 'USD' then invoice_detail_id end as invoice_detail_id,
    'unattributed' as team_id,
    'lump_sum' as meter,
    cast(1 as bigint) as quantity,
    cast(amount_usd as {{ money_type() }}) as list_rate_usd,
    cast(amount_usd as {{ money_type() }}) as contracted_rate_usd,
    'prepaid/' || provider as sku_id,
    -- the price of a purchase is its amount
    'prepaid/' || provider || '/' || invoice_detail_id as sku_price_id,
    amount_usd as list_cost_usd,
    amount_usd as contracted_cost_usd,
    amount_usd as billed_cost_usd,
    cast(0 as {{ money_type() }}) as effective_cost_usd,
    'Standard' as pricing_category
from {{ ref('int_focus_invoice_lines') }}
where line_category = 'prepaid' and amount_usd > 0
