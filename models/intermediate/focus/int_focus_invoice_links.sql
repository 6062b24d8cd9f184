-- The invoice line that an account's usage of a month is on, where there is exactly one and it is in USD.
select
    provider,
    billing_account_id,
    billing_start_date,
    min(invoice_id) as invoice_id,
    min(invoice_detail_id) as invoice_detail_id
from {{ ref('int_focus_invoice_lines') }}
where charge_category = 'Usage' and invoice_id = reference_invoice_id
group by 1, 2, 3
having count(*) = 1 and min(currency) = 'USD'
