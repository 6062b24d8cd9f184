select
    posting_period,
    document_name,
    content
from {{ ref('stg_ledger__posted_documents') }}
