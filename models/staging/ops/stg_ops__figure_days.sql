select * from {{ source('ops', 'figure_days') }}
