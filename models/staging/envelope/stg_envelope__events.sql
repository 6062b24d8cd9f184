with cleaned as (

    select
        *,
        case when {{ http_status('status') }} is null then lower(status) end as status_word,
        coalesce(status_code, {{ http_status('status') }}, {{ http_status('error_code') }}) as http_status,
        coalesce(cached_input_tokens, cached_part_of_input_tokens) as read_tokens,
        coalesce(cached_input_tokens, cached_part_of_input_tokens, cache_write_tokens) is null
        and input_tokens is not null
        and coalesce(cache_read_input_tokens, cache_creation_input_tokens) is not null as has_anthropic_usage
    from {{ source('envelope', 'envelope_events') }}

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
        'status_word', 'http_status', 'coalesce(input_tokens, prompt_tokens)', 'read_tokens', 'output_tokens',
    ]) }} as event_id,
    coalesce(request_id, {{ record_place() }}) as logical_request_id,
    trace_id,
    provider_response_id,
    provider_request_id,
    gateway_call_id,

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

    ---------- usage
    coalesce(input_tokens, prompt_tokens) as reported_input_tokens,
    coalesce(read_tokens, cache_read_input_tokens) as reported_cache_read_tokens,
    coalesce(cache_write_tokens, cache_creation_input_tokens) as reported_cache_write_tokens,
    output_tokens as reported_output_tokens,
    {% for name in [
        'cache_write_5m_tokens', 'cache_write_1h_tokens', 'input_audio_tokens', 'input_image_tokens',
        'output_audio_tokens', 'output_image_tokens', 'file_search_calls', 'code_sessions',
        'search_units', 'generated_images', 'media_seconds', 'spoken_characters',
    ] %}
    {{ name }} as reported_{{ name }},
    {% endfor %}
    reasoning_tokens as reported_reasoning_tokens,
    web_search_calls as reported_web_search_calls,
    read_pages as reported_read_pages,
    -- Gemini's own output leaves its thoughts out (token_conventions)
    case when gemini_total_tokens is not null then 'gemini' end as usage_emitter,
    -- who writes Anthropic's names counts as Anthropic does: cached tokens are apart from the input; a detail of
    -- the input is part of it
    coalesce(
        lower(token_convention),
        case
            when has_anthropic_usage then 'cached_beside'
            when cached_input_tokens is null and cached_part_of_input_tokens is not null then 'cached_inside'
        end
    ) as token_convention,
    {{ text_to_money('estimated_cost_usd') }} as gateway_reported_cost_usd,
    price_card_version as gateway_price_card_version,

    ---------- owner
    team as team_tag,
    credential_id,
    service_name,
    service_namespace,
    feature,
    environment,
    workspace_id as customer_id,
    cost_center as cost_center_tag,
    user_key,
    prompt_version,
    request_source,
    project_id,
    {% for name in ['product', 'customer_tier', 'endpoint', 'agent_name', 'step_name', 'tool_name', 'route'] %}
    {{ name }},
    {% endfor %}
    gateway_name as stated_gateway_name,
    routing_policy,

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
        when http_status >= 400 then 'failure'
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
