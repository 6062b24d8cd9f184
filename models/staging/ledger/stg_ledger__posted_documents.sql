select * from {{ source('ledger', 'posted_documents') }}
