-- The accounts that pay in advance, from the month of their first such invoice on.
select
    provider,
    billing_account_id,
    min(billing_start_date) as prepaid_from
from {{ ref('int_focus_invoice_lines') }}
where line_category = 'prepaid'
group by 1, 2
