-- Every charge, whatever it is for, in one shape.
-- depends_on: {{ ref('int_focus_usage_charges') }}
{{ union_in_shape(['int_focus_usage_charges'], focus_charge_columns()) }}
