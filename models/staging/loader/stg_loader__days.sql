select * from {{ with_litellm_rows(source('loader', 'load_days')) }}
