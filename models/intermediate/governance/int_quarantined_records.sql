-- Everything that was sent and does not count, from any gate: lines the loader could not accept, attempts dated
-- after the run, and attempts that lack what the tagging policy enforces.
with rejects as (

    select * from {{ ref('stg_loader__rejects') }}

),

attempts as (

    select * from {{ ref('int_held_back_attempts') }}

)

select
    md5({{ row_text(["'load'", 'batch_id', 'line_number', 'record_number', 'reason']) }}) as quarantine_key,
    raw_table as source_system,
    'load' as stage,
    reason,
    cast(null as date) as usage_date,
    cast(null as {{ dbt.type_string() }}) as request_id,
    cast(null as {{ money_type() }}) as estimated_cost_usd,
    raw_text,
    source_file,
    line_number,
    record_number,
    batch_id,
    loaded_at
from rejects

union all

select
    request_key as quarantine_key,
    source_system,
    case when is_in_the_future then 'clock' else 'policy' end as stage,
    case
        when is_in_the_future then 'its time is more than a day after the run'
        else 'the tagging policy asks for: ' || policy_missing_fields
    end as reason,
    usage_date,
    request_id,
    cost_usd as estimated_cost_usd,
    cast(null as {{ dbt.type_string() }}) as raw_text,
    source_file,
    line_number,
    record_number,
    batch_id,
    loaded_at
from attempts
