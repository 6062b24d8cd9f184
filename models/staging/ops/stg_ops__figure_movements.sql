select * from {{ source('ops', 'figure_movements') }}
