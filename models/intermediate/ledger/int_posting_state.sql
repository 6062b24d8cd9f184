-- Up to which month the ledger is closed, and which month takes what comes later.
with posted as (

    select
        max(posting_period) as last_posted_period,
        max(posted_at) as last_posted_at
    from {{ ref('stg_ledger__posted_entries') }}

)

select
    coalesce(last_posted_period, {{ open_start() }}) as last_posted_period,
    coalesce(last_posted_at, cast({{ open_start() }} as timestamp)) as last_posted_at,
    {{ months_after('last_posted_period', 1) }} as first_open_period
from posted
