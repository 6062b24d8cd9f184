-- Answers of each prompt version by day and model: failed attempts say nothing of a prompt's length.
{{ incremental_by_day() }}

with attempts as (

    select * from {{ ref('int_accepted_attempts') }}
    {{ where_days_changed() }}

)

select
    usage_date,
    team_id,
    service_name,
    feature,
    provider,
    billed_model,
    prompt_version,
    count(*) as attempt_count,
    cast(sum(output_tokens) as bigint) as output_tokens,
    cast(sum(output_cost_usd) as {{ money_type() }}) as output_cost_usd
from attempts
where
    prompt_version is not null
    and price_status = 'priced'
    and coalesce(request_status, '') not in {{ failed_statuses() }}
group by 1, 2, 3, 4, 5, 6, 7
