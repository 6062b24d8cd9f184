-- Keys that several services use, over the last thirty days that are over: no bill by key tells these apart.
-- Run it with: ai-cost dbt show --select keys_of_several_services --limit 100 --output json
with used as (

    select
        credential_id,
        coalesce(service_name, 'none') as service_name,
        sum(attempt_count) as attempt_count,
        sum(cost_usd) as cost_usd
    from {{ ref('fct_attribution_coverage_daily') }}
    where
        credential_id is not null
        and usage_date >= {{ days_before(run_date(), 30) }}
        and usage_date < {{ run_date() }}
    group by 1, 2

),

shared as (

    select credential_id
    from used
    group by 1
    having count(*) > 1

)

select
    used.credential_id,
    used.service_name,
    used.attempt_count,
    used.cost_usd
from used
inner join shared
    on used.credential_id = shared.credential_id
order by 1 asc, 4 desc
