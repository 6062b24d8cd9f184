-- Purchase orders that run out or are exceeded, as findings.
select
    'purchase_order_' || order_status as finding,
    provider,
    billing_account_id,
    po_number,
    valid_from,
    alert_date as found_date,
    last_draw_date as last_found_date,
    1 as item_count,
    cast(abs(remaining_usd) as {{ money_type() }}) as amount_usd
from {{ ref('fct_purchase_orders') }}
where order_status in ('exceeded', 'runs_out')
