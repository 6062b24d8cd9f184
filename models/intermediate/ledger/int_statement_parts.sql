-- The parts of each statement and their cents. A month keeps the rule by which it was closed: one that an earlier
-- version closed, without posting its statements, must not change by a cent.
with earlier as (

    select distinct parts.posting_period
    from {{ ref('int_statement_exact_parts') }} as parts
    inner join {{ ref('int_posting_state') }} as state
        on parts.posting_period <= state.last_posted_period
    left join {{ ref('stg_ledger__posted_statements') }} as posted
        on parts.posting_period = posted.posting_period
    where posted.posting_period is null

)

select
    posting_period,
    team_id,
    cost_center_id,
    component,
    exact_usd,
    part_cents
from {{ ref('int_statement_parts_both_ways') }}
where posting_period not in (select earlier.posting_period from earlier)

union all

select
    posting_period,
    team_id,
    cost_center_id,
    component,
    exact_usd,
    part_cents
from {{ ref('int_statement_parts_by_total') }}
where posting_period in (select earlier.posting_period from earlier)
