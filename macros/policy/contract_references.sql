{# The same of the files of contracts, claims, prepaid credits and orders. #}
{% macro contract_references() -%}
    {{ return([
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
        ['capacity_commitments', ['commitment_id', 'recorded_at'], 'pool_id', 'pool'],
        ['claims', ['claim_id', 'usage_date'], 'provider', 'provider'],
        ['claims', ['claim_id', 'usage_date'], 'billing_account_id', 'billing_account'],
        ['prepaid_credits', ['credit_id'], 'provider', 'provider'],
        ['prepaid_credits', ['credit_id'], 'billing_account_id', 'billing_account'],
        ['prepaid_balances', ['provider', 'balance_date'], 'provider', 'provider'],
        ['prepaid_balances', ['provider', 'balance_date'], 'billing_account_id', 'billing_account'],
        ['spend_minimums', ['minimum_id'], 'provider', 'provider'],
        ['spend_minimums', ['minimum_id'], 'billing_account_id', 'billing_account'],
        ['spend_minimums', ['minimum_id'], 'pool_id', 'pool'],
        ['purchase_orders', ['po_number'], 'provider', 'provider'],
        ['purchase_orders', ['po_number'], 'billing_account_id', 'billing_account'],
    ]) }}
{%- endmacro %}
