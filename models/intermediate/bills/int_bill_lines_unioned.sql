-- Every line of every pull of every bill, as its staging model words it.
-- depends_on: {{ ref('stg_openai__costs') }}
-- depends_on: {{ ref('stg_anthropic__cost_report') }}
-- depends_on: {{ ref('stg_anthropic__analytics_cost') }}
-- depends_on: {{ ref('stg_aws__cur2') }}
-- depends_on: {{ ref('int_bill_lines_gcp') }}
-- depends_on: {{ ref('int_bill_lines_azure') }}
-- depends_on: {{ ref('stg_openrouter__activity') }}
-- depends_on: {{ ref('stg_focus__costs') }}
-- depends_on: {{ ref('int_bill_lines_invoice') }}
{{ union_models([
    'stg_openai__costs', 'stg_anthropic__cost_report', 'stg_anthropic__analytics_cost', 'stg_aws__cur2',
    'int_bill_lines_gcp', 'int_bill_lines_azure', 'stg_openrouter__activity', 'stg_focus__costs',
    'int_bill_lines_invoice',
], bill_line_columns()) }}
