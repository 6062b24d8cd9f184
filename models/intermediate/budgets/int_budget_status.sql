-- Closed months as they were posted, whatever plans, rules and forecasts say today; the others as they follow from the
-- ledger.
{% set columns = [
    'team_id', 'budget_usd', 'original_plan_usd', 'override_reason', 'approved_by', 'plan_kind', 'baseline_usd',
    'baseline_share', 'spent_usd', 'spent_share', 'committed_usd', 'committed_share', 'as_of_date', 'last_7_days_usd', 'forecast_usd',
    'forecast_share', 'forecast_error_share', 'tested_month_count', 'alert_rule_id', 'alert_state',
] %}
with posted as (

    select * from {{ ref('stg_ledger__posted_budget_status') }}

)

select
    posting_period as budget_period,
    {{ columns | join(', ') }}
from posted

union all

select
    budget_period,
    {{ columns | join(', ') }}
from {{ ref('int_budget_status_worked_out') }}
where budget_period not in (select posted.posting_period from posted)
