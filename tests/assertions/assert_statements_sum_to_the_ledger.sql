-- Harm: a statement that a team cannot add up, or that says something else than the ledger. Exact amounts
-- are the ledger's; the cents of the lines sum to the statement's, and the statements to the month's. The cents of
-- a component sum to it too: 400 credits of 0.4 cents are 1.60 and not nothing. (Months that a version without
-- posted statements closed were rounded by statement alone.)
with ledger as (

    select posting_period, team_id, cost_center_id, sum(amount_usd) as exact_usd
    from {{ ref('fct_chargeback_ledger') }}
    group by 1, 2, 3

),

lines as (

    select posting_period, team_id, cost_center_id, sum(amount_usd) as cents_usd, sum(exact_usd) as exact_usd
    from {{ ref('fct_chargeback_statement_lines') }}
    group by 1, 2, 3

),

statements as (

    select * from {{ ref('fct_chargeback_statements') }}

),

compared as (

    select
        coalesce(statements.posting_period, ledger.posting_period) as posting_period,
        coalesce(statements.team_id, ledger.team_id) as team_id,
        coalesce(statements.cost_center_id, ledger.cost_center_id) as cost_center_id,
        statements.total_usd,
        statements.exact_total_usd,
        ledger.exact_usd as ledger_usd,
        lines.exact_usd as lines_usd,
        lines.cents_usd
    from statements
    full outer join ledger
        on
            statements.posting_period = ledger.posting_period
            and statements.team_id = ledger.team_id
            and statements.cost_center_id = ledger.cost_center_id
    left join lines
        on
            statements.posting_period = lines.posting_period
            and statements.team_id = lines.team_id
            and statements.cost_center_id = lines.cost_center_id

),

months as (

    select posting_period, sum(total_usd) as total_usd, sum(exact_total_usd) as exact_total_usd
    from statements
    group by 1

)

select posting_period, team_id, cost_center_id, total_usd, ledger_usd
from compared
where
    exact_total_usd is null
    or ledger_usd is null
    or lines_usd is null
    or exact_total_usd != ledger_usd
    or lines_usd != ledger_usd
    or cents_usd != total_usd

union all

select posting_period, 'all' as team_id, 'all' as cost_center_id, total_usd, exact_total_usd as ledger_usd
from months
where abs(total_usd - exact_total_usd) > 0.005

union all

select
    posting_period, 'all' as team_id, component as cost_center_id,
    sum(amount_usd) as total_usd, sum(exact_usd) as ledger_usd
from {{ ref('fct_chargeback_statement_lines') }}
where
    posting_period > (select state.last_posted_period from {{ ref('int_posting_state') }} as state)
    or posting_period in (select posted.posting_period from {{ ref('stg_ledger__posted_statements') }} as posted)
group by 1, 3
having abs(sum(amount_usd) - sum(exact_usd)) >= 0.01
