-- The plan of a team and month: the last override, else the plan itself.
with overrides as (

    select
        *,
        row_number() over (partition by team_id, budget_period order by recorded_at desc) as recorded_rank
    from {{ ref('budget_overrides') }}

),

latest as (

    select * from overrides
    where recorded_rank = 1

)

select
    coalesce(latest.team_id, plans.team_id) as team_id,
    coalesce(latest.budget_period, plans.budget_period) as budget_period,
    cast(coalesce(latest.plan_usd, plans.plan_usd) as {{ money_type() }}) as budget_usd,
    cast(plans.plan_usd as {{ money_type() }}) as original_plan_usd,
    latest.reason as override_reason,
    coalesce(latest.approved_by, plans.approved_by) as approved_by
from {{ ref('budgets') }} as plans
full outer join latest
    on plans.team_id = latest.team_id and plans.budget_period = latest.budget_period
