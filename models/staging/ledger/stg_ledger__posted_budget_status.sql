select * from {{ source('ledger', 'posted_budget_status') }}
