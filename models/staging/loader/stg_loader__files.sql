select * from {{ source('loader', 'load_files') }}
