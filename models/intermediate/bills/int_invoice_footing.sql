-- Whether the lines of an invoice add up to what it asks for. Each line may have been rounded either way
-- at a half, so a line is right within half a subunit; an issuer may also round the sum alone.
with lines as (

    select * from {{ ref('stg_invoice__lines') }}

),

pulls as (

    select * from {{ ref('int_bill_pulls') }}
    where bill_source = 'generic_invoice_lines' and is_current

),

currencies as (

    select * from {{ ref('currencies') }}

),

current_lines as (

    select
        pulls.billed_by as provider,
        pulls.billing_account_id,
        lines.invoice_id,
        lines.currency,
        currencies.subunit,
        lines.charge_type = 'total' as is_total,
        lines.amount,
        coalesce(lines.amount_unrounded, lines.amount) as amount_unrounded
    from lines
    inner join pulls
        on lines.replaced_scope = pulls.replaced_scope and lines.batch_id = pulls.batch_id
    left join currencies
        on lines.currency = currencies.currency

),

summed as (

    select
        provider,
        billing_account_id,
        invoice_id,
        case when count(distinct currency) = 1 then min(currency) else 'mixed' end as currency,
        max(subunit) as subunit,
        cast(max(case when is_total then amount end) as {{ money_type() }}) as stated_total,
        cast(sum(case when is_total then 0 else amount end) as {{ money_type() }}) as line_total,
        cast(sum(case when is_total then 0 else amount_unrounded end) as {{ money_type() }}) as unrounded_total,
        cast(
            sum(case when not is_total and 2 * abs(amount - amount_unrounded) > subunit then 1 else 0 end) as bigint
        ) as misrounded_line_count
    from current_lines
    group by 1, 2, 3

)

select
    provider,
    billing_account_id,
    invoice_id,
    currency,
    stated_total,
    line_total,
    unrounded_total,
    misrounded_line_count,
    case
        when stated_total is null then 'no_total'
        when currency = 'mixed' then 'mixed_currencies'
        when line_total = stated_total and misrounded_line_count = 0 then 'foots'
        when 2 * abs(unrounded_total - stated_total) <= subunit then 'foots_unrounded'
        when line_total = stated_total then 'misrounded_lines'
        else 'does_not_foot'
    end as footing_status
from summed
