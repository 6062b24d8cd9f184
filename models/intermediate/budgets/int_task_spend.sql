-- What each kind of work cost in a month: every spend that a row of the task fits, once.
with rows_of_tasks as (

    select
        task,
        team_id,
        service_name,
        feature,
        {{ validity_dates() }}
    from {{ ref('task_budgets') }}

),

spend as (

    select
        {{ month_of('usage_date') }} as budget_period,
        coalesce(team_id, 'unattributed') as team_id,
        coalesce(service_name, 'none') as service_name,
        coalesce(feature, 'none') as feature,
        coalesce(provider, 'none') as provider,
        coalesce(billed_model, 'none') as billed_model,
        sum(attempt_count) as attempt_count,
        sum(unpriced_count) as unpriced_count,
        sum(cost_usd) as cost_usd
    from {{ ref('fct_spend_daily') }}
    group by 1, 2, 3, 4, 5, 6

),

work as (

    select distinct budget_period, team_id, service_name, feature
    from spend

),

work_of_tasks as (

    select distinct
        rows_of_tasks.task,
        work.budget_period,
        work.team_id,
        work.service_name,
        work.feature
    from work
    inner join rows_of_tasks
        on
            rows_of_tasks.team_id in ('*', work.team_id)
            and rows_of_tasks.service_name in ('*', work.service_name)
            and rows_of_tasks.feature in ('*', work.feature)
            and work.budget_period >= rows_of_tasks.valid_from and work.budget_period < rows_of_tasks.valid_to

)

select
    tasks.task,
    tasks.budget_period,
    spend.provider,
    spend.billed_model,
    cast(sum(spend.attempt_count) as bigint) as attempt_count,
    cast(sum(spend.unpriced_count) as bigint) as unpriced_count,
    cast(sum(spend.cost_usd) as {{ money_type() }}) as cost_usd
from work_of_tasks as tasks
inner join spend
    on
        tasks.budget_period = spend.budget_period
        and tasks.team_id = spend.team_id
        and tasks.service_name = spend.service_name
        and tasks.feature = spend.feature
group by 1, 2, 3, 4
