select
    rule_id,
    opportunity,
    provider,
    model,
    service_name,
    feature,
    environment,
    alternative_provider,
    alternative_model,
    min_input_tokens,
    max_input_tokens,
    max_output_tokens,
    min_requests,
    min_rise,
    assumed_share,
    {{ validity_dates() }},
    assumption
from {{ ref('efficiency_rules') }}
