-- Harm: teams' spend that does not add up to what was priced, for any day, is a bill nobody can defend.
with requests as (

    select
        usage_date,
        sum(cost_usd) as cost_usd,
        count(*) as attempt_count
    from {{ ref('fct_priced_requests') }}
    group by 1

),

spend as (

    select
        usage_date,
        sum(cost_usd) as cost_usd,
        sum(attempt_count) as attempt_count
    from {{ ref('fct_spend_daily') }}
    group by 1

)

select
    coalesce(requests.usage_date, spend.usage_date) as usage_date,
    requests.cost_usd as priced_usd,
    spend.cost_usd as spend_usd
from requests
full outer join spend
    on requests.usage_date = spend.usage_date
where
    coalesce(requests.cost_usd, 0) != coalesce(spend.cost_usd, 0)
    or coalesce(requests.attempt_count, 0) != coalesce(spend.attempt_count, 0)
