-- What the bill that counts says of each billing period, and of the invoice where its lines name one.
-- Use that was paid in advance is on no invoice: it is drawn from what was bought before.
select
    provider,
    billing_account_id,
    billing_period_start_date,
    invoice_id,
    cast(sum(case when line_category = 'usage' then amount_usd else 0 end) as {{ money_type() }}) as provider_usage_usd,
    cast(sum(case when line_category = 'usage' then invoiced_amount_usd else 0 end) as {{ money_type() }})
        as provider_invoiceable_usd,
    cast(
        sum(case when line_category = 'usage' and is_reconciling_item then amount_usd else 0 end) as {{ money_type() }}
    ) as reconciling_item_usage_usd,
    cast(sum(case when line_category not in ('usage', 'tax') then invoiced_amount_usd else 0 end) as {{ money_type() }})
        as provider_other_usd,
    cast(sum(case when line_category != 'tax' and charge_day_number = 1 then 1 else 0 end) as bigint)
        as provider_line_count
from {{ ref('int_bill_lines') }}
group by 1, 2, 3, 4
