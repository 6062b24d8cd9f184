select
    usage_date,
    provider,
    billing_account_id,
    billed_model,
    meter,
    is_known_absent,
    cast(sum(quantity) as {{ money_type() }}) as provider_quantity,
    cast(sum(amount_usd) as {{ money_type() }}) as provider_cost_usd,
    count(*) as bill_line_count
from {{ ref('int_bill_lines') }}
where currency = 'USD'
group by 1, 2, 3, 4, 5, 6
