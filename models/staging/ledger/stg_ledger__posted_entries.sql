select * from {{ source('ledger', 'posted_entries') }}
