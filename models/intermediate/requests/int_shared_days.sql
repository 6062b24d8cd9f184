-- The UTC days that several systems have logged: on any other day no record can be another system's word on a call.
{{ incremental_by_day() }}

with requests as (

    select
        usage_date,
        source_system
    from {{ ref('int_requests_unioned') }}
    {{ where_days_changed('usage_at') }}

)

select
    usage_date,
    -- Spark parts a table by its days only where it has another column
    count(*) as record_count
from requests
group by 1
having min(source_system) != max(source_system)
