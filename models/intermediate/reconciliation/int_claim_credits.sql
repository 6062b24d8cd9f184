-- What the credit memos that claims name give back. Tax comes back as well, and is no part of what was claimed.
with claims as (

    select
        claim_id,
        provider,
        max(credit_invoice_id) as credit_invoice_id,
        max(credit_line_no) as credit_line_no
    from {{ ref('claims') }}
    group by 1, 2

),

memo_lines as (

    select
        lines.provider,
        lines.invoice_id,
        numbered.line_no,
        lines.stated_date,
        lines.amount_usd
    from {{ ref('int_invoice_lines') }} as lines
    inner join {{ ref('stg_invoice__lines') }} as numbered
        on
            lines.batch_id = numbered.batch_id
            and lines.line_number = numbered.line_number
            and lines.record_number = numbered.record_number
    where coalesce(lines.line_category, 'unlisted') != 'tax'

)

select
    claims.claim_id,
    max(memo_lines.stated_date) as credited_date,
    -- unknown where a line has no rate of exchange
    cast(
        case when count(*) = count(memo_lines.amount_usd) then sum(-memo_lines.amount_usd) end as {{ money_type() }}
    ) as credited_usd
from claims
inner join memo_lines
    on
        claims.provider = memo_lines.provider
        and claims.credit_invoice_id = memo_lines.invoice_id
        and (claims.credit_line_no is null or claims.credit_line_no = memo_lines.line_no)
group by 1
