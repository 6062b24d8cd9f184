-- Which work costs most for each success, in the newest complete week? Few successes make the figure jump:
-- success_count is next to it.
with weeks as (

    select * from {{ ref('fct_efficiency_weekly') }}
    where is_complete_week

),

newest as (

    select max(week_start_date) as week_start_date
    from weeks

)

select
    weeks.team_id,
    weeks.service_name,
    weeks.feature,
    weeks.request_count,
    weeks.success_count,
    weeks.cost_usd,
    weeks.cost_per_success_usd
from weeks
inner join newest
    on weeks.week_start_date = newest.week_start_date
order by weeks.cost_per_success_usd desc nulls last
limit 20
