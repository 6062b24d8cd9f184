select * from {{ and_in_place(source('loader', 'load_files')) }}
