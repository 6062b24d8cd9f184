with rejects as (

    select * from {{ with_litellm_rows(source('loader', 'load_rejects')) }}

),

loaded as (

    select batch_id from {{ source('loader', 'load_files') }}

)

-- A file that could not be read at all is line 0; a later version of the loader may have read it.
select rejects.*
from rejects
left join loaded
    on
        rejects.batch_id = loaded.batch_id
        and rejects.line_number = 0
where loaded.batch_id is null
