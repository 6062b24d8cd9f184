with rejects as (

    select * from {{ ref('stg_loader__rejects') }}

)

select
    md5(
        batch_id || '|' || cast(line_number as {{ dbt.type_string() }}) || '|'
        || coalesce(cast(record_number as {{ dbt.type_string() }}), '')
    ) as quarantine_key,
    raw_table as source_system,
    source_file,
    line_number,
    record_number,
    'load' as stage,
    reason,
    raw_text,
    batch_id,
    loaded_at
from rejects
