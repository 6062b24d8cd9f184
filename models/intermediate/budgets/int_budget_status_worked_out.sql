-- Plans against spend as they follow from ledger, plans, rules and forecasts of today. Closed months whose status was
-- posted stand as they were (fct_budget_status).
with ledger as (

    select
        posting_period as budget_period,
        team_id,
        cast(sum(amount_usd) as {{ money_type() }}) as spent_usd,
        cast(
            sum(case when charge_type in ('shared', 'unused') then amount_usd else 0 end) as {{ money_type() }}
        ) as committed_usd
    from {{ ref('int_ledger_entries') }}
    group by 1, 2

),

plans as (

    select * from {{ ref('int_team_budgets') }}

),

forecasts as (

    select * from {{ ref('int_spend_forecasts') }}
    where is_latest

),

status as (

    select
        coalesce(ledger.budget_period, plans.budget_period) as budget_period,
        coalesce(ledger.team_id, plans.team_id) as team_id,
        plans.budget_usd, plans.original_plan_usd, plans.override_reason, plans.approved_by,
        coalesce(ledger.spent_usd, 0) as spent_usd,
        coalesce(ledger.committed_usd, 0) as committed_usd
    from ledger
    full outer join plans
        on ledger.budget_period = plans.budget_period and ledger.team_id = plans.team_id

),

forecasted as (

    select
        status.*,
        forecasts.usage_date as as_of_date,
        coalesce(forecasts.last_7_days_usd, 0) as last_7_days_usd,
        -- shared costs, credits and adjustments are known; only usage is forecast
        status.spent_usd + coalesce(forecasts.forecast_usd - forecasts.month_to_date_usd, 0) as forecast_usd
    from status
    left join forecasts
        on status.team_id = forecasts.team_id and status.budget_period = forecasts.usage_period

),

alerts as (

    select
        forecasted.budget_period,
        forecasted.team_id,
        rules.rule_id,
        rules.severity,
        row_number() over (
            partition by forecasted.budget_period, forecasted.team_id order by rules.threshold desc, rules.rule_id asc
        ) as rule_rank
    from forecasted
    inner join {{ ref('int_spend_alert_rules') }} as rules
        on
            rules.rule_kind = 'budget_share'
            and (rules.team_id = '*' or forecasted.team_id = rules.team_id)
            and forecasted.budget_period >= rules.valid_from and forecasted.budget_period < rules.valid_to
            -- only here is the threshold a ratio: one of tokens, times a plan, would not fit
            and forecasted.spent_usd
            >= case when rules.rule_kind = 'budget_share' then rules.threshold end * forecasted.budget_usd
            and forecasted.spent_usd >= rules.minimum_usd

)

select
    forecasted.budget_period,
    forecasted.team_id,
    forecasted.budget_usd,
    forecasted.original_plan_usd,
    forecasted.override_reason,
    forecasted.approved_by,
    case
        when forecasted.override_reason is not null then 'changed'
        when forecasted.budget_usd is not null then 'set'
        when baselines.baseline_usd is not null then 'baseline'
        else 'none'
    end as plan_kind,
    baselines.baseline_usd,
    {{ money_ratio_of('forecasted.spent_usd', 'baselines.baseline_usd') }} as baseline_share,
    cast(forecasted.spent_usd as {{ money_type() }}) as spent_usd,
    {{ money_ratio_of('forecasted.spent_usd', 'forecasted.budget_usd') }} as spent_share,
    cast(forecasted.committed_usd as {{ money_type() }}) as committed_usd,
    {{ money_ratio_of('forecasted.committed_usd', 'forecasted.budget_usd') }} as committed_share,
    forecasted.as_of_date,
    cast(forecasted.last_7_days_usd as {{ money_type() }}) as last_7_days_usd,
    cast(forecasted.forecast_usd as {{ money_type() }}) as forecast_usd,
    {{ money_ratio_of('forecasted.forecast_usd', 'forecasted.budget_usd') }} as forecast_share,
    backtest.forecast_error_share,
    backtest.tested_month_count,
    alerts.rule_id as alert_rule_id,
    case when forecasted.budget_usd is null then 'no_plan' else coalesce(alerts.severity, 'ok') end as alert_state
from forecasted
left join {{ ref('int_baseline_plans') }} as baselines
    on
        forecasted.team_id = baselines.team_id
        and forecasted.budget_period = baselines.budget_period
        and forecasted.budget_usd is null
left join {{ ref('int_forecast_errors') }} as backtest
    on forecasted.team_id = backtest.team_id and forecasted.budget_period = backtest.usage_period
left join alerts
    on
        forecasted.team_id = alerts.team_id
        and forecasted.budget_period = alerts.budget_period
        and alerts.rule_rank = 1
