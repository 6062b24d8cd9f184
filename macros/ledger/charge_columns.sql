{# What tells one charge from another: the grain of int_charges, of balances and of differences. Never null. #}
{% macro charge_columns() -%}
    {{ return([
        'usage_period', 'charge_type', 'source_ref', 'team_id', 'cost_center_id', 'service_name', 'feature',
        'environment', 'provider', 'billed_model',
    ]) }}
{%- endmacro %}

{# What an entry of the ledger says: the columns that are posted, exported and hashed, in this order.
   name: type #}
{% macro ledger_columns() -%}
    {{ return({
        'entry_id': 'varchar', 'posting_period': 'date', 'usage_period': 'date', 'team_id': 'varchar',
        'cost_center_id': 'varchar', 'entry_type': 'varchar', 'reason': 'varchar', 'charge_type': 'varchar',
        'service_name': 'varchar', 'feature': 'varchar', 'environment': 'varchar', 'provider': 'varchar',
        'billed_model': 'varchar', 'source_ref': 'varchar', 'pool_id': 'varchar', 'allocation_rule_id': 'varchar',
        'allocation_method': 'varchar', 'allocated_ratio': 'decimal(16,12)', 'amount_usd': 'decimal(30,15)',
        'attempt_count': 'bigint', 'unpriced_count': 'bigint', 'price_card_version': 'varchar',
        'evidence': 'varchar', 'posted_at': 'timestamp',
    }) }}
{%- endmacro %}
