select * from {{ source('loader', 'load_rejects') }}
