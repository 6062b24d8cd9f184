select * from {{ source('loader', 'archived_records') }}
