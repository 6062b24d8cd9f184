with claims as (

    select * from {{ ref('claims') }}

),

summed as (

    select
        claim_id,
        provider,
        billing_account_id,
        min(usage_date) as first_usage_date,
        max(usage_date) as last_usage_date,
        count(*) as line_count,
        sum(claimed_usd) as claimed_usd,
        min(opened_at) as opened_at,
        min(opened_by) as opened_by,
        max(credit_invoice_id) as credit_invoice_id,
        max(credit_line_no) as credit_line_no
    from claims
    group by 1, 2, 3

),

-- how far the bill is above us today: a provider may mend the bill and send no memo
today as (

    select
        claims.claim_id,
        coalesce(sum(-lines.variance_usd), 0) as still_apart_usd,
        cast(max(lines.bill_pulled_at) as date) as pulled_date
    from claims
    left join {{ ref('fct_reconciliation_daily') }} as lines
        on {{ same_line('claims', 'lines') }}
    group by 1

),

credited as (select * from {{ ref('int_claim_credits') }}),

judged as (

    select
        summed.*,
        today.still_apart_usd,
        credited.credited_usd,
        case
            when credited.credited_usd is not null and abs(credited.credited_usd - summed.claimed_usd) < {{ a_cent() }}
                then 'credited'
            when credited.credited_usd < summed.claimed_usd then 'credited_in_part'
            when credited.credited_usd is not null then 'credited_in_excess'
            when summed.credit_invoice_id is not null then 'credit_not_found'
            when today.pulled_date is not null and today.still_apart_usd < {{ a_cent() }} then 'corrected_on_bill'
            else 'open'
        end as claim_status,
        case when credited.credited_usd is not null then credited.credited_date else today.pulled_date end
            as settled_on
    from summed
    inner join today
        on summed.claim_id = today.claim_id
    left join credited
        on summed.claim_id = credited.claim_id

),

dated as (

    select
        *,
        claim_status in ('open', 'credit_not_found') as is_open,
        case when claim_status in ('open', 'credit_not_found') then {{ run_date() }} else settled_on end as until_date
    from judged

)

select
    claim_id,
    provider,
    billing_account_id,
    first_usage_date,
    last_usage_date,
    line_count,
    cast(claimed_usd as {{ money_type() }}) as claimed_usd,
    opened_at,
    opened_by,
    credit_invoice_id,
    credit_line_no,
    claim_status,
    cast(credited_usd as {{ money_type() }}) as credited_usd,
    cast(still_apart_usd as {{ money_type() }}) as still_apart_usd,
    cast(
        case when claim_status = 'corrected_on_bill' then claimed_usd else coalesce(credited_usd, 0) end
        as {{ money_type() }}
    ) as recovered_usd,
    case when not is_open then settled_on end as settled_date,
    cast(
        {{ dbt.datediff('opened_at', 'until_date', 'day') }}
        as bigint
    ) as age_days
from dated
