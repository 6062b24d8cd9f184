select
    posting_period,
    document_name,
    content
from {{ ref('int_closed_documents') }}
