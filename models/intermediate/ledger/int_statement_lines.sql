-- Lines of closed months as they were posted; the others as they follow from the ledger.
with posted as (

    select * from {{ ref('stg_ledger__posted_statement_lines') }}

)

select {{ statement_line_columns() | join(', ') }}
from posted

union all

select {{ statement_line_columns() | join(', ') }}
from {{ ref('int_statement_lines_worked_out') }}
where posting_period not in (select posted.posting_period from posted)
