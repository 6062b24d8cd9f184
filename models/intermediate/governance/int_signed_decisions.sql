-- What people answer for: closes, reviews, and every row that somebody types to move money or to plan it.
{{ decision_of(
    ref('accounting_periods'), 'close', ['period_start'], ['ledger_hash'], 'period_start',
    decision="'closed'", amount='posted_usd', decided_at='closed_at',
) }}

union all

{% set line = ['usage_date', 'provider', 'billing_account_id', 'billed_model', 'meter'] %}
{{ decision_of(
    ref('reconciliation_reviews'), 'reconciliation_review', line, line + ['variance_usd'], month_of('usage_date'),
    decision='decision', amount='variance_usd', prepared='preparer', approved='reviewer', decided_at='reviewed_at',
) }}

union all

{{ decision_of(
    ref('chargeback_adjustments'), 'adjustment', ['adjustment_id'],
    ['adjustment_id', 'usage_period', 'team_id', 'cost_center_id', 'amount_usd'], 'usage_period',
    decided_at='recorded_at',
) }}

union all

{{ decision_of(
    ref('shared_costs'), 'shared_cost', ['cost_id', 'recorded_at'],
    ['cost_id', 'recorded_at', 'pool_id', 'usage_period', 'cost_kind', 'cost_status', 'amount_usd', 'provider'],
    'usage_period', decision='cost_status', replaced_by=['cost_id'],
) }}

union all

{{ decision_of(
    ref('int_allocation_rule_terms'), 'allocation_rule', ['rule_id'],
    ['rule_id', 'pool_id', 'method', 'allocated_by', 'driver_provider', 'driver_environment', 'target_pool_id',
        'unused_team_id', 'unused_cost_center_id', 'team_terms', 'model_terms'],
    'valid_from', decision='method', amount='largest_month_usd', until='valid_to',
) }}

union all

{{ decision_of(
    ref('budgets'), 'budget', ['team_id', 'budget_period'], ['team_id', 'budget_period', 'plan_usd'],
    'budget_period', decision="'plan'", amount='plan_usd',
) }}

union all

{{ decision_of(
    ref('budget_overrides'), 'budget_override', ['team_id', 'budget_period', 'recorded_at'],
    ['team_id', 'budget_period', 'plan_usd'], 'budget_period', amount='plan_usd', decided_at='recorded_at',
    replaced_by=['team_id', 'budget_period'],
) }}

union all

{% set task = ['task', 'team_id', 'service_name', 'feature', 'valid_from'] %}
{{ decision_of(
    ref('task_budgets'), 'task_budget', task, task + ['plan_usd', 'valid_to'],
    'coalesce(valid_from, ' ~ open_start() ~ ')', decision="'plan'", amount='plan_usd', until='valid_to',
) }}
