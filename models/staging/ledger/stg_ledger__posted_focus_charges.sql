select * from {{ source('ledger', 'posted_focus_charges') }}
