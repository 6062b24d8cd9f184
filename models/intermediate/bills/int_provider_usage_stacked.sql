-- Every result of every pull of every usage report, meters beside each other.
-- depends_on: {{ ref('stg_openai__usage') }}
-- depends_on: {{ ref('stg_anthropic__usage_report') }}
-- depends_on: {{ ref('stg_openrouter__activity') }}
{{ union_models(
    ['stg_openai__usage', 'stg_anthropic__usage_report', 'stg_openrouter__activity'], provider_usage_columns()
) }}
