select * from {{ source('ledger', 'posted_statements') }}
