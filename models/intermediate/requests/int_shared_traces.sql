-- The traces that several systems have logged on a day, an application among them, and the days on which their records
-- are looked at: that day, and the next one where a record of an application lasts over midnight. A trace of very many
-- records is no trace but a name that everything has.
{{ incremental_by_day() }}

with requests as (

    select
        usage_date,
        usage_at,
        latency_ms,
        source_system,
        trace_id
    from {{ ref('int_requests_unioned') }}
    {{ where_days_changed('usage_at') }}

),

-- numbers take a fraction of the memory of the texts they stand for
shared_traces as (

    select
        traced.usage_date,
        min(traced.trace_id) as trace_id
    from requests as traced
    inner join {{ ref('int_shared_days') }} as shared_days
        on traced.usage_date = shared_days.usage_date
    where traced.trace_id is not null
    group by traced.usage_date, {{ text_hash('traced.trace_id') }}
    having
        min(traced.source_system) != max(traced.source_system)
        and max(case when traced.source_system in {{ application_sources() }} then 1 else 0 end) = 1
        and count(*) <= {{ longest_trace() }}

),

days_of_long_runs as (

    select * from {{ ref('int_days_of_long_runs') }}
    {{ where_days_changed() }}

),

long_runs as (

    select
        days_of_long_runs.usage_date,
        runs.trace_id,
        days_of_long_runs.call_date
    from requests as runs
    inner join days_of_long_runs
        on runs.usage_date = days_of_long_runs.usage_date
    where
        runs.trace_id is not null
        and runs.source_system in {{ application_sources() }}
        and {{ lasts_until_day('runs.usage_at', 'runs.latency_ms', 'days_of_long_runs.days_later') }}

)

select
    usage_date,
    trace_id,
    usage_date as call_date
from shared_traces

union

select
    usage_date,
    trace_id,
    usage_date as call_date
from long_runs

union

select
    usage_date,
    trace_id,
    call_date
from long_runs
