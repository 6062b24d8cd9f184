-- The attempts that do not count: dated after the run, or without what the tagging policy enforces. By days, so that
-- a night need not look for the few among all attempts.
{{ incremental_by_day() }}

with attempts as (

    select * from {{ ref('int_priced_attempts') }}
    {{ where_days_changed() }}

)

select
    request_key,
    usage_date,
    cast(source_system as {{ dbt.type_string() }}) as source_system,
    request_id,
    cost_usd,
    is_in_the_future,
    policy_missing_fields,
    source_file,
    line_number,
    record_number,
    batch_id,
    loaded_at
from attempts
where is_in_the_future or policy_decision = 'quarantine'
