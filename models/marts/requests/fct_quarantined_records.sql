select * from {{ ref('int_quarantined_records') }}
