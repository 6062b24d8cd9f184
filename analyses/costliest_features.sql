-- Which features cost most in the last complete month, and what share of all is that?
with by_feature as (

    select
        spend.team_id,
        spend.service_name,
        coalesce(spend.feature, 'unknown') as feature,
        sum(spend.attempt_count) as attempt_count,
        sum(spend.cost_usd) as cost_usd
    from {{ ref('fct_spend_daily') }} as spend
    where spend.usage_date >= {{ month_of(last_complete_day()) }} and spend.usage_date <= {{ last_complete_day() }}
    group by 1, 2, 3

),

with_total as (

    select
        *,
        sum(cost_usd) over () as month_cost_usd
    from by_feature

)

select
    team_id,
    service_name,
    feature,
    attempt_count,
    cost_usd,
    {{ share_of('cost_usd', 'month_cost_usd') }} as cost_share
from with_total
order by 5 desc nulls last
limit 20
