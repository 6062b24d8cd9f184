-- The looks at finished jobs, such as batches, in order of their time: the first one is billed. Few,
-- and compared over all days, because a job is looked at for days. LiteLLM alone writes them; which days
-- to rebuild depends on them, so they are not read from the union of all gateways, which may be built by days.
with gateways as (

    {{ union_requests(['stg_litellm__spend_logs', 'stg_litellm_standard_logging__payloads']) }}

),

polls as (

    select
        source_system,
        event_id,
        usage_at,
        cast(usage_at as date) as usage_date,
        batch_id,
        source_file,
        line_number,
        record_number
    from gateways
    where is_job_snapshot

)

select
    *,
    row_number() over (
        partition by source_system, event_id
        order by usage_at, source_file, line_number, record_number
    ) as copy_rank
from polls
