-- Harm: a closed month whose entries are not those that were approved, or that this warehouse has lost: its
-- usage would be charged again. After this failed, restore the ledger (ai-cost export ledger --restore) or
-- commit the seed.
with closed as (

    select * from {{ ref('accounting_periods') }}

),

posted as (

    select
        posting_period,
        count(*) as entry_count,
        sum(amount_usd) as posted_usd,
        min(posted_at) as first_posted_at,
        max(posted_at) as last_posted_at
    from {{ ref('stg_ledger__posted_entries') }}
    group by 1

)

select
    coalesce(closed.period_start, posted.posting_period) as period_start,
    closed.entry_count as approved_count,
    posted.entry_count as posted_count,
    closed.posted_usd as approved_usd,
    posted.posted_usd
from closed
full outer join posted
    on closed.period_start = posted.posting_period
where
    closed.period_start is null
    or posted.posting_period is null
    or closed.entry_count != posted.entry_count
    or closed.posted_usd != posted.posted_usd
    or posted.first_posted_at != closed.closed_at
    or posted.last_posted_at != closed.closed_at
