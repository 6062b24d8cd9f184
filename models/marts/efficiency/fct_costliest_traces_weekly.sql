-- The last quarter only: what was not explained by then nobody explains any more.
with work as (

    select * from {{ ref('int_costliest_work_weekly') }}
    where week_start_date >= {{ days_before(week_of(run_date()), 91) }}

)

select
    work.*,
    notes.note,
    notes.explained_by
from work
left join {{ ref('trace_notes') }} as notes
    on work.trace_or_request = notes.trace_id
