-- Every charge in one shape; their sum is the ledger's for every month.
-- depends_on: {{ ref('int_focus_detailed_charges') }}, {{ ref('int_focus_lump_charges') }}, {{ ref('int_focus_purchases') }}
{{ union_models(
    ['int_focus_detailed_charges', 'int_focus_lump_charges', 'int_focus_purchases'], focus_charge_columns()
) }}
