-- The heavy step: everything that is worked out about an attempt, written once, and in the fewest bytes,
-- because writing takes half of its time: int_accepted_attempts fills in what follows from the rest.
-- The attempts that are held back are here too, with what they would have cost: by the tagging policy,
-- and those that a wrong clock dated after the run.
{{ incremental_by_day() }}

with priced as (

    select * from {{ ref('int_requests_priced') }}
    {{ where_days_changed('usage_at') }}

)

select
    ---------- ids
    md5(source_system || '|' || event_id || '|' || cast({{ epoch_us('usage_at') }} as {{ dbt.type_string() }}))
        as request_key,
    {{ enum_column('source_system') }},
    request_id,
    nullif(coalesce(logical_request_id, event_id), request_id) as logical_request_id,
    trace_id,
    span_id,
    gateway_call_id,
    provider_response_id,
    provider_request_id,

    ---------- time
    usage_at,
    usage_date,
    {{ enum_column('usage_at_basis') }},
    latency_ms,

    ---------- model
    provider,
    requested_model,
    served_model,
    billed_model,
    {{ enum_column('model_drift') }},
    requested_canonical_model,
    requested_canonical_provider,
    service_tier,
    priced_tier,
    region_scope,
    inference_geo,

    ---------- usage
    {{ meter_quantities() | join(',\n    ') }},
    reasoning_tokens,
    context_tokens,
    reported_input_tokens,
    reported_output_tokens,
    reported_total_tokens,
    {{ enum_column('usage_status') }},
    {{ enum_column('usage_quality', "coalesce(known_usage_quality, 'exact')") }},
    {{ enum_column('usage_convention') }},
    unread_usage,
    {{ enum_column('usage_issue') }},
    is_cache_lifetime_assumed,

    ---------- money
    {{ meter_cost_columns() | join(',\n    ') }},
    cost_usd,
    case when price_source != 'list' or price_source is null and price_status != 'not_billable' then list_cost_usd end
        as separate_list_cost_usd,
    case when cost_usd is null then cost_lower_bound_usd end as separate_lower_bound_usd,
    meters_without_a_price,
    cost_if_cache_beside_usd,
    gateway_reported_cost_usd,
    gateway_guardrail_cost_usd,
    {{ enum_column('price_status') }},
    {{ enum_column('price_source') }},
    {{ enum_column('price_confidence') }},
    price_card_version,
    rate_valid_from,
    gateway_price_card_version,

    ---------- owner
    team_id,
    cost_center_id,
    {% for name in context_columns() %}
    {{ name }},
    {% endfor %}
    credential_id,
    billing_account_id,
    sub_account_id,
    unknown_team_tag,
    {{ enum_column('owner_source') }},
    evidence_count,
    {{ enum_column('attribution_method') }},
    {{ enum_column('attribution_status') }},

    ---------- attempt
    attempt_number,
    cast(iteration_number as bigint) as iteration_number,
    is_retry,
    is_fallback,
    fallback_from_model,
    request_status,
    status_code,
    {{ enum_column('stated_attempt_reason') }},
    is_answer_used,
    is_gateway_cache_hit,
    {{ enum_column('billing_channel', "coalesce(billing_channel, 'api')") }},
    is_billable,
    counts_as_request,

    ---------- contract
    {{ enum_column('policy_decision', decision_with_price()) }},
    {{ missing_fields_with_price() }} as policy_missing_fields,
    policy_version,
    usage_at > {{ latest_usage_at() }} as is_in_the_future,

    ---------- evidence
    source_file,
    line_number,
    record_number,
    batch_id,
    loaded_at
from priced
{{ in_order_of_days() }}
