{# Every name that a row of the company's files takes from another file: its file, the columns that say which
   row it is, the column with the name, and what the name is of (int_policy_names). A star stands for all. #}
{% macro policy_references() -%}
    {{ return([
        ['teams', ['team_id', 'valid_from'], 'cost_center_id', 'cost_center'],
        ['business_units', ['cost_center_id', 'valid_from'], 'cost_center_id', 'cost_center'],
        ['team_aliases', ['alias', 'valid_from'], 'team_id', 'team'],
        ['credential_owners', ['credential_id', 'valid_from'], 'team_id', 'team'],
        ['service_accounts', ['service_name', 'valid_from'], 'team_id', 'team'],
        ['services', ['service_name', 'valid_from'], 'team_id', 'team'],
        ['services', ['service_name', 'valid_from'], 'alias_of', 'service'],
        ['team_leads', ['login', 'valid_from'], 'team_id', 'team_or_logged'],
        ['statement_recipients', ['team_id', 'role', 'name', 'valid_from'], 'team_id', 'team_or_logged'],
        ['allocation_pools', ['pool_id'], 'team_id', 'team_or_logged'],
        ['allocation_pools', ['pool_id'], 'central_team_id', 'team'],
        ['allocation_pools', ['pool_id'], 'central_cost_center_id', 'cost_center'],
        ['allocation_rules', ['rule_id'], 'pool_id', 'pool'],
        ['allocation_rules', ['rule_id'], 'driver_provider', 'provider'],
        ['allocation_rule_teams', ['rule_id', 'team_id'], 'rule_id', 'allocation_rule'],
        ['allocation_rule_teams', ['rule_id', 'team_id'], 'team_id', 'team'],
        ['allocation_rule_models', ['rule_id', 'provider', 'model'], 'rule_id', 'allocation_rule'],
        ['allocation_rule_models', ['rule_id', 'provider', 'model'], 'provider', 'provider'],
        ['allocation_rule_models', ['rule_id', 'provider', 'model'], 'model', 'model'],
        ['shared_costs', ['cost_id', 'recorded_at'], 'pool_id', 'pool'],
        ['chargeback_adjustments', ['adjustment_id'], 'team_id', 'team'],
        ['chargeback_adjustments', ['adjustment_id'], 'cost_center_id', 'cost_center'],
        ['chargeback_terms', ['team_id', 'valid_from'], 'team_id', 'team'],
        ['budgets', ['team_id', 'budget_period'], 'team_id', 'team'],
        ['budget_overrides', ['team_id', 'budget_period', 'recorded_at'], 'team_id', 'team'],
        ['task_budgets', ['task', 'team_id', 'service_name', 'feature', 'valid_from'], 'team_id', 'team'],
        ['spend_alert_rules', ['rule_id'], 'team_id', 'team'],
        ['alert_routes', ['team_id', 'severity'], 'team_id', 'team'],
        ['gl_accounts', ['component', 'valid_from'], 'clearing_cost_center_id', 'cost_center'],
        ['reconciliation_tolerances', ['provider', 'valid_from'], 'provider', 'provider'],
        ['reconciliation_materiality', ['level', 'provider', 'valid_from'], 'provider', 'provider'],
        ['settlement_lags', ['provider', 'valid_from'], 'provider', 'provider'],
        ['authority_rules', ['provider', 'purpose', 'bill_source', 'valid_from'], 'provider', 'provider'],
        ['partly_priced_rules', ['provider', 'model', 'valid_from'], 'provider', 'provider'],
        ['partly_priced_rules', ['provider', 'model', 'valid_from'], 'model', 'model'],
        ['efficiency_rules', ['rule_id', 'valid_from'], 'provider', 'provider'],
        ['efficiency_rules', ['rule_id', 'valid_from'], 'model', 'model'],
        ['efficiency_rules', ['rule_id', 'valid_from'], 'alternative_provider', 'provider'],
        ['efficiency_rules', ['rule_id', 'valid_from'], 'alternative_model', 'model'],
        ['rate_contracts', ['contract_id', 'recorded_at'], 'provider', 'provider'],
        ['rate_contracts', ['contract_id', 'recorded_at'], 'billing_account_id', 'billing_account'],
        ['rate_contracts', ['contract_id', 'recorded_at'], 'currency', 'currency'],
        ['rate_contract_lines', ['contract_id', 'model', 'meter'], 'contract_id', 'contract'],
        ['rate_contract_lines', ['contract_id', 'model', 'meter'], 'model', 'model'],
        ['rate_contract_tiers', ['contract_id', 'model', 'meter', 'from_amount'], 'contract_id', 'contract'],
        ['rate_contract_tiers', ['contract_id', 'model', 'meter', 'from_amount'], 'model', 'model'],
        ['capacity_commitments', ['commitment_id', 'recorded_at'], 'provider', 'provider'],
        ['capacity_commitments', ['commitment_id', 'recorded_at'], 'billing_account_id', 'billing_account'],
        ['capacity_commitments', ['commitment_id', 'recorded_at'], 'model', 'model'],
        ['claims', ['claim_id', 'usage_date'], 'provider', 'provider'],
        ['claims', ['claim_id', 'usage_date'], 'billing_account_id', 'billing_account'],
        ['prepaid_credits', ['credit_id'], 'provider', 'provider'],
        ['prepaid_credits', ['credit_id'], 'billing_account_id', 'billing_account'],
        ['prepaid_balances', ['provider', 'balance_date'], 'provider', 'provider'],
        ['prepaid_balances', ['provider', 'balance_date'], 'billing_account_id', 'billing_account'],
    ]) }}
{%- endmacro %}

{# The columns that say which row it is, as text for people: `t1, 2026-07-01`. #}
{% macro row_name(columns) -%}
    {%- for column in columns -%}
        coalesce(cast({{ column }} as {{ dbt.type_string() }}), '-')
        {{- " || ', ' || " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
