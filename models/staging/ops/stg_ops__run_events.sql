select * from {{ source('ops', 'run_events') }}
