-- Every line of every pull of every bill, as its staging model words it.
{{ union_models([
    'stg_openai__costs', 'stg_anthropic__cost_report', 'stg_anthropic__analytics_cost', 'stg_aws__cur2',
    'int_bill_lines_gcp', 'int_bill_lines_azure', 'stg_openrouter__activity', 'stg_focus__costs',
    'int_bill_lines_invoice',
], bill_line_columns()) }}
