-- What would the first month on record cost at the list prices of today? Usage stays, prices move:
-- models that are gone from the list have no price, and say so. To price everything with what was known at an
-- instant instead, build another warehouse with --vars '{rates_known_at: ...}' (docs/runbook.md).
with bounds as (

    select
        {{ month_of('min(usage_date)') }} as month_start_date,
        {{ run_at() }} as priced_at
    from {{ ref('fct_spend_daily') }}

),

requests as (

    select
        attempts.*,
        bounds.priced_at
    from {{ ref('fct_priced_requests') }} as attempts
    inner join bounds
        on {{ month_of('attempts.usage_date') }} = bounds.month_start_date
    where attempts.price_status = 'priced'

),

rated as (

    select
        requests.provider,
        requests.billed_model,
        requests.priced_tier,
        requests.list_cost_usd,
        {{ what_if_cost() }} as new_cost_usd
    from requests
    left join {{ ref('int_rate_windows') }} as rates
        on {{ rate_applies('rates') }}

)

select
    provider,
    billed_model,
    priced_tier,
    count(*) as attempt_count,
    sum(case when new_cost_usd is null then 1 else 0 end) as unpriced_count,
    sum(list_cost_usd) as list_cost_usd,
    sum(new_cost_usd) as new_list_cost_usd,
    sum(new_cost_usd - list_cost_usd) as change_usd
from rated
group by 1, 2, 3
order by 6 desc nulls last
