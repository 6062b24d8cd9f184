with cleaned as (

    select
        *,
        case when {{ http_status('status') }} is null then lower(status) end as status_word,
        coalesce(status_code, {{ http_status('status') }}, {{ http_status('error_code') }}) as http_status,
        coalesce(not call_succeeded, has_error, false) as has_failed,
        coalesce(cached_input_tokens, cached_part_of_input_tokens) as read_tokens,
        coalesce(cached_input_tokens, cached_part_of_input_tokens, cache_write_tokens) is null
        and input_tokens is not null
        and coalesce(cache_read_input_tokens, cache_creation_input_tokens) is not null as has_anthropic_usage,
        case when cost_currency is not null then {{ text_to_money('stated_cost') }} end as cost_in_currency,
        case when stated_cost is not null then upper(trim(cost_currency)) end as currency_of_cost
    from {{ with_rate_of_cost(source('envelope', 'envelope_events')) }}

)

select
    ---------- ids
    'envelope_events' as source_system,
    request_id,
    -- a retry, a fallback and each call of a fan-out may share the id and the second: only an identical
    -- copy is the same call
    {{ row_text([
        'coalesce(request_id, ' ~ record_place() ~ ')', 'coalesce(retry_count, 0)', 'fallback_from',
        'lower(provider)', 'coalesce(model_requested, model)', 'coalesce(model_actual, model)',
        "coalesce(status_word, case when has_failed then 'failure' end)", 'http_status',
        'coalesce(input_tokens, prompt_tokens)', 'read_tokens', 'output_tokens',
    ]) }} as event_id,
    coalesce(request_id, {{ record_place() }}) as logical_request_id,
    {% for name in ['trace_id', 'provider_response_id', 'provider_request_id', 'gateway_call_id'] %}
    {{ name }},
    {% endfor %}

    ---------- time
    occurred_at as usage_at,
    'start' as usage_at_basis,
    latency_ms,

    ---------- model
    provider as provider_name,
    coalesce(model_requested, model) as requested_model,
    coalesce(model_actual, model) as served_model,
    service_tier as service_tier_name,
    inference_geo,
    media_size,
    media_quality,

    ---------- usage
    coalesce(input_tokens, prompt_tokens) + coalesce(tool_use_prompt_tokens, 0) as reported_input_tokens,
    coalesce(read_tokens, cache_read_input_tokens) as reported_cache_read_tokens,
    coalesce(cache_write_tokens, cache_creation_input_tokens) as reported_cache_write_tokens,
    output_tokens as reported_output_tokens,
    {% for name in [
        'cache_read_audio_tokens', 'cache_read_image_tokens', 'cache_write_5m_tokens', 'cache_write_1h_tokens',
        'input_audio_tokens', 'input_image_tokens', 'input_video_tokens', 'output_audio_tokens',
        'output_image_tokens', 'output_video_tokens', 'file_search_calls', 'code_sessions', 'search_units',
        'generated_images', 'media_seconds', 'spoken_characters', 'reasoning_tokens', 'web_search_calls',
    ] %}
    {{ name }} as reported_{{ name }},
    {% endfor %}
    cache_storage_token_hours as reported_cache_storage_token_hours,
    read_pages as reported_read_pages,
    coalesce(gemini_total_tokens, total_tokens) as reported_total_tokens,
    -- Gemini's own output leaves its thoughts out (token_conventions)
    case when gemini_total_tokens is not null then 'gemini' end as usage_emitter,
    {{ envelope_token_convention() }} as token_convention,
    coalesce({{ text_to_money('estimated_cost_usd') }}, {{ stated_cost_usd() }}) as gateway_reported_cost_usd,
    cost_in_currency,
    currency_of_cost as cost_currency,
    price_card_version as gateway_price_card_version,

    ---------- owner
    team as team_tag,
    {% for name in [
        'credential_id', 'service_name', 'service_namespace', 'feature', 'environment', 'user_key', 'prompt_version',
    ] %}
    {{ name }},
    {% endfor %}
    workspace_id as customer_id,
    cost_center as cost_center_tag,
    request_source,
    project_id,
    {% for name in ['product', 'customer_tier', 'endpoint', 'agent_name', 'step_name', 'tool_name', 'route'] %}
    {{ name }},
    {% endfor %}
    gateway_name as stated_gateway_name,
    routing_policy,
    {{ stated_outcome('outcome') }} as stated_outcome,
    {{ outcome_is_success('outcome', 'is_outcome_successful') }} as is_outcome_successful,

    ---------- attempt
    case
        when retry_count is not null or coalesce(status_word, '') not in ('retry', 'fallback')
            then coalesce(retry_count, 0) + 1
    end as attempt_number,
    coalesce(retry_count, 0) > 0 or coalesce(status_word = 'retry', false) as is_retry,
    fallback_from is not null or coalesce(status_word = 'fallback', false) as is_fallback,
    fallback_from as fallback_from_model,
    -- retry and fallback say what the attempt was, not how it ended: then the code does
    case
        when status_word not in ('retry', 'fallback') then status_word
        when http_status = 499 then 'client_closed'
        when http_status >= 400 or has_failed then 'failure'
        else coalesce(status_word, 'success')
    end as request_status,
    http_status as status_code,
    coalesce(cache_hit, false) as is_gateway_cache_hit,
    true as counts_as_request,
    {{ is_model_call('envelope', 'envelope_events') }} as is_model_call,
    {{ attempt_reason_of('attempt_reason') }} as stated_attempt_reason,
    answer_used as is_answer_used,

    ---------- evidence
    batch_id,
    source_file,
    line_number,
    record_number,
    loaded_at
from cleaned
