-- Every line of every pull of every bill, as its staging model words it.
{{ union_models([
    'stg_openai__costs', 'stg_anthropic__cost_report', 'stg_anthropic__analytics_cost', 'int_bill_lines_aws',
    'int_bill_lines_gcp', 'int_bill_lines_azure', 'stg_openrouter__activity', 'int_bill_lines_focus',
    'int_bill_lines_invoice',
], bill_line_columns()) }}
