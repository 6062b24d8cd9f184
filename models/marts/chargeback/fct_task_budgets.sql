with months as (

    select distinct {{ month_of('usage_date') }} as budget_period
    from {{ ref('fct_spend_daily') }}

),

rows_of_tasks as (

    select
        task,
        plan_usd,
        {{ validity_dates() }}
    from {{ ref('task_budgets') }}

),

plans as (

    select
        rows_of_tasks.task,
        months.budget_period,
        sum(rows_of_tasks.plan_usd) as budget_usd
    from rows_of_tasks
    inner join months
        on rows_of_tasks.valid_from <= months.budget_period and rows_of_tasks.valid_to > months.budget_period
    group by 1, 2

),

ranked as (

    select
        *,
        row_number() over (
            partition by task, budget_period order by cost_usd desc nulls last, billed_model asc, provider asc
        ) as model_rank
    from {{ ref('int_task_spend') }}

),

spent as (

    select
        task,
        budget_period,
        sum(attempt_count) as attempt_count,
        sum(unpriced_count) as unpriced_count,
        coalesce(sum(cost_usd), 0) as spent_usd,
        max(case when model_rank = 1 then billed_model end) as costliest_model,
        max(case when model_rank = 1 then cost_usd end) as costliest_model_usd
    from ranked
    group by 1, 2

),

final as (

    select
        plans.task,
        plans.budget_period,
        plans.budget_usd,
        coalesce(spent.attempt_count, 0) as attempt_count,
        coalesce(spent.unpriced_count, 0) as unpriced_count,
        coalesce(spent.spent_usd, 0) as spent_usd,
        spent.costliest_model,
        spent.costliest_model_usd
    from plans
    left join spent
        on plans.task = spent.task and plans.budget_period = spent.budget_period

)

select
    task,
    budget_period,
    cast(budget_usd as {{ money_type() }}) as budget_usd,
    cast(spent_usd as {{ money_type() }}) as spent_usd,
    {{ money_ratio_of('spent_usd', 'budget_usd') }} as spent_share,
    cast(budget_usd - spent_usd as {{ money_type() }}) as left_usd,
    spent_usd >= budget_usd as is_spent,
    cast(attempt_count as bigint) as attempt_count,
    cast(unpriced_count as bigint) as unpriced_count,
    costliest_model,
    cast(costliest_model_usd as {{ money_type() }}) as costliest_model_usd
from final
