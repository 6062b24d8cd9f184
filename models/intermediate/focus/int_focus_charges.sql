-- Every charge in one shape; the effective costs of a month sum to its ledger.
{{ config(materialized='table') }}

{{ union_models(
    ['int_focus_detailed_charges', 'int_focus_lump_charges', 'int_focus_purchases', 'int_focus_prepayments'],
    focus_charge_columns()
) }}
