-- The plan goes before the baseline, also a plan of nothing.
with plans as (

    select * from {{ ref('int_team_budgets') }}

),

baselines as (

    select * from {{ ref('int_baseline_plans') }}

)

select
    team_id,
    budget_period as limit_period,
    budget_usd as limit_usd,
    false as is_baseline
from plans

union all

select
    baselines.team_id,
    baselines.budget_period as limit_period,
    baselines.baseline_usd as limit_usd,
    true as is_baseline
from baselines
left join plans
    on baselines.team_id = plans.team_id and baselines.budget_period = plans.budget_period
where plans.budget_usd is null
