{# Every name that a row of the company's files takes from another file: its file, the columns that say which
   row it is, the column with the name, and what the name is of (int_policy_names). A star stands for all. #}
{% macro policy_references() -%}
    {{ return([
        ['teams', ['team_id', 'valid_from'], 'cost_center_id', 'cost_center'],
        ['business_units', ['cost_center_id', 'valid_from'], 'cost_center_id', 'cost_center'],
        ['entities', ['cost_center_id', 'valid_from'], 'cost_center_id', 'cost_center'],
        ['paying_entities', ['provider', 'charged_entity_id', 'valid_from'], 'provider', 'provider'],
        ['paying_entities', ['provider', 'charged_entity_id', 'valid_from'], 'charged_entity_id', 'entity'],
        ['paying_entities', ['provider', 'charged_entity_id', 'valid_from'], 'entity_id', 'entity'],
        ['intercompany_accounts', ['paying_entity_id', 'charged_entity_id'], 'paying_entity_id', 'entity'],
        ['intercompany_accounts', ['paying_entity_id', 'charged_entity_id'], 'charged_entity_id', 'entity'],
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
        ['allocation_rules', ['rule_id'], 'target_pool_id', 'pool'],
        ['allocation_rules', ['rule_id'], 'unused_team_id', 'team'],
        ['allocation_rules', ['rule_id'], 'unused_cost_center_id', 'cost_center'],
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
        ['budget_baselines', ['team_id', 'valid_from'], 'team_id', 'team'],
        ['task_budgets', ['task', 'team_id', 'service_name', 'feature', 'valid_from'], 'team_id', 'team'],
        ['spend_alert_rules', ['rule_id'], 'team_id', 'team'],
        ['spend_outcomes', ['team_id', 'usage_date'], 'team_id', 'team'],
        ['alert_routes', ['team_id', 'severity'], 'team_id', 'team'],
        ['gl_accounts', ['component', 'valid_from'], 'clearing_cost_center_id', 'cost_center'],
        ['invoice_payments', ['payment_id'], 'provider', 'provider'],
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
    ] + contract_references()) }}
{%- endmacro %}

{# The columns that say which row it is, as text for people: `t1, 2026-07-01`. #}
{% macro row_name(columns) -%}
    {%- for column in columns -%}
        coalesce(cast({{ column }} as {{ dbt.type_string() }}), '-')
        {{- " || ', ' || " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
