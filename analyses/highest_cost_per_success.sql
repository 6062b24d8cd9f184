-- Which work costs most for each success, in the last week that is over and whose use is known? Few successes make
-- the figure jump: success_count is next to it.
with weeks as (

    select * from {{ ref('fct_efficiency_weekly') }}
    where week_start_date = {{ last_known_week() }}

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
order by weeks.cost_per_success_usd desc nulls last
limit 20
