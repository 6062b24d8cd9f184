select * from {{ source('loader', 'load_days') }}
