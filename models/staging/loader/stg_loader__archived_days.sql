select * from {{ source('loader', 'archived_days') }}
