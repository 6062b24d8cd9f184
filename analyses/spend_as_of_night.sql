-- What did a night show: spend of each day, team, provider and model as it stood then, and what it has moved since?
-- .venv/bin/dbt compile --select spend_as_of_night --vars 'as_of_night: 2026-10-03'
with then_shown as (

    select usage_date, team_id, provider, billed_model, sum(cost_usd) as cost_usd
    from {{ figures_as_of(var('as_of_night')) }} as figures
    where figure = 'usage'
    group by usage_date, team_id, provider, billed_model

),

now_shown as (

    select usage_date, team_id, provider, billed_model, sum(cost_usd) as cost_usd
    from {{ figures_as_of() }} as figures
    where figure = 'usage'
    group by usage_date, team_id, provider, billed_model

)

select
    coalesce(then_shown.usage_date, now_shown.usage_date) as usage_date,
    coalesce(then_shown.team_id, now_shown.team_id) as team_id,
    coalesce(then_shown.provider, now_shown.provider) as provider,
    coalesce(then_shown.billed_model, now_shown.billed_model) as billed_model,
    coalesce(then_shown.cost_usd, 0) as shown_then_usd,
    coalesce(now_shown.cost_usd, 0) as shown_now_usd,
    coalesce(now_shown.cost_usd, 0) - coalesce(then_shown.cost_usd, 0) as moved_usd
from then_shown
full outer join now_shown
    on
        then_shown.usage_date = now_shown.usage_date
        and then_shown.team_id = now_shown.team_id
        and then_shown.provider = now_shown.provider
        and then_shown.billed_model = now_shown.billed_model
order by moved_usd desc
