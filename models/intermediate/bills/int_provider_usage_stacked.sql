-- Every result of every pull of every usage report, meters beside each other.
{{ union_models(
    ['stg_openai__usage', 'stg_anthropic__usage_report', 'stg_openrouter__activity'], provider_usage_columns()
) }}
