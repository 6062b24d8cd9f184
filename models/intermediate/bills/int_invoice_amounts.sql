-- What each invoice asks for, by category, in USD.
with lines as (

    select * from {{ ref('int_invoice_lines') }}

)

select
    provider,
    billing_account_id,
    billing_period_start_date,
    invoice_id,
    min(invoice_date) as invoice_date,
    min(reference_invoice_id) as reference_invoice_id,
    cast(sum(case when line_category = 'usage' then amount_usd else 0 end) as {{ money_type() }}) as invoiced_usage_usd,
    {% for category in charge_categories() %}
    cast(sum(case when line_category = '{{ category }}' then amount_usd else 0 end) as {{ money_type() }})
        as invoiced_{{ category }}_usd,
    {% endfor %}
    cast(sum(amount_usd) as {{ money_type() }}) as invoiced_usd,
    cast(sum(case when amount_usd is null then 1 else 0 end) as bigint) as unconverted_line_count
from lines
group by 1, 2, 3, 4
