-- What an account pays instead of the list, by what was known when; in the shape of int_rate_windows_by_state.
{{ config(materialized='table') }}

select
    as_of_recorded_at,
    provider,
    billing_account_id,
    model,
    service_tier,
    region_scope,
    context_start_tokens,
    context_end_tokens,
    covered_from as valid_from,
    covered_to as valid_to,
    {% for meter in meters() %}
    max(case when meter = '{{ meter.name }}' then rate_usd end) as {{ meter.name }}_rate_usd,
    {% endfor %}
    contract_id,
    contract_valid_from
from {{ ref('int_contract_meter_rates') }}
group by
    as_of_recorded_at, provider, billing_account_id, model, service_tier, region_scope, context_start_tokens,
    context_end_tokens, covered_from, covered_to, contract_id, contract_valid_from
