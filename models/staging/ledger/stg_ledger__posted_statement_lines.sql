select * from {{ source('ledger', 'posted_statement_lines') }}
