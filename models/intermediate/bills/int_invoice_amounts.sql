-- What each invoice asks for, by category, in USD. Its current pull counts.
with lines as (

    select * from {{ ref('int_bill_lines_pulled') }}
    where is_current

),

authority as (

    select * from {{ ref('int_bill_authority') }}
    where purpose = 'invoice'

),

ranked as (

    select
        lines.*,
        dense_rank() over (
            partition by lines.provider, lines.billing_account_id, lines.invoice_id
            order by authority.authority_rank, lines.bill_source
        ) as precedence
    from lines
    inner join authority
        on
            lines.provider = authority.provider
            and lines.bill_source = authority.bill_source
            and coalesce(lines.invoice_date, lines.billing_period_start_date) >= authority.valid_from
            and coalesce(lines.invoice_date, lines.billing_period_start_date) < authority.valid_to

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
from ranked
where precedence = 1
group by 1, 2, 3, 4
