-- Whose spend rose most from one complete week to the next, and was it more requests or dearer ones?
with weeks as (

    select
        week_start_date,
        team_id,
        service_name,
        feature,
        request_count,
        cost_usd,
        cost_per_1000_requests_usd,
        {{ days_before('week_start_date', 7) }} as previous_week_start_date
    from {{ ref('fct_efficiency_weekly') }}
    where is_complete_week

),

-- the first week on record has nothing before it
first_week as (

    select min(week_start_date) as week_start_date
    from weeks

)

select
    weeks.week_start_date,
    weeks.team_id,
    weeks.service_name,
    weeks.feature,
    coalesce(weeks.cost_usd, 0) - coalesce(earlier.cost_usd, 0) as change_usd,
    earlier.cost_usd as previous_cost_usd,
    weeks.cost_usd,
    earlier.request_count as previous_request_count,
    weeks.request_count,
    earlier.cost_per_1000_requests_usd as previous_cost_per_1000_requests_usd,
    weeks.cost_per_1000_requests_usd
from weeks
cross join first_week
left join weeks as earlier
    on
        weeks.previous_week_start_date = earlier.week_start_date
        and weeks.team_id = earlier.team_id
        and coalesce(weeks.service_name, '') = coalesce(earlier.service_name, '')
        and coalesce(weeks.feature, '') = coalesce(earlier.feature, '')
where weeks.week_start_date > first_week.week_start_date
order by 5 desc
limit 20
