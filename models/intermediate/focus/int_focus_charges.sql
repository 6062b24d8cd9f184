-- Every charge in one shape; the effective costs of a month sum to its ledger.
-- depends_on: {{ ref('int_focus_detailed_charges') }}, {{ ref('int_focus_lump_charges') }}
-- depends_on: {{ ref('int_focus_purchases') }}, {{ ref('int_focus_prepayments') }}
{{ config(materialized='table') }}

{{ union_models(
    ['int_focus_detailed_charges', 'int_focus_lump_charges', 'int_focus_purchases', 'int_focus_prepayments'],
    focus_charge_columns()
) }}
