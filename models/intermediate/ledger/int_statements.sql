-- Statements of closed months as they were posted, whatever terms, rates and budgets say today; those of open
-- months, and of months that a version without posted statements closed, as they follow from the ledger.
with posted as (

    select * from {{ ref('stg_ledger__posted_statements') }}

)

select {{ statement_columns() | join(', ') }}
from posted

union all

select {{ statement_columns() | join(', ') }}
from {{ ref('int_statements_worked_out') }}
where posting_period not in (select posted.posting_period from posted)
