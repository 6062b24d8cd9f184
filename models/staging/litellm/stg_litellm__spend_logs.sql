with source as (

    select * from {{ litellm_relation(source('litellm', 'litellm_spend_logs')) }}

),

cleaned as (

    select
        *,
        {{ litellm_id('request_id') }} as response_id,
        {{ litellm_id('litellm_call_id') }} as call_id,
        {{ litellm_is_poll('request_id') }} as is_job_snapshot
    from source

),

renamed as (

    select
        ---------- ids
        'litellm_spend_logs' as source_system,
        response_id as request_id,
        case
            when is_job_snapshot then response_id
            when coalesce(response_id, call_id) is null then {{ record_place() }}
            when response_id like '%-attempt-%' then response_id || '/' || coalesce(call_id, '')
            -- some providers use a response's id again, and one call may be written under two; its use is the same then
            else {{ litellm_event(['coalesce(call_id, response_id)']) }}
        end as event_id,
        {{ litellm_call('coalesce(call_id, response_id)') }} as logical_request_id,
        {{ litellm_call('call_id') }} as gateway_call_id,
        -- an answer out of the gateway's own cache names the response it repeats
        case
            when coalesce(lower(cache_hit), '') != 'true' and response_id not like '%_cache_hit%'
                then {{ litellm_call('response_id') }}
        end as provider_response_id,
        is_job_snapshot,
        session_id as trace_id,

        ---------- time
        start_time as usage_at,
        'start' as usage_at_basis,
        request_duration_ms as latency_ms,

        ---------- model
        custom_llm_provider as provider_name,
        coalesce(original_model_group, model_group) as requested_model,
        model as served_model,
        {{ litellm_tier('response_id') }} as service_tier_name,
        inference_geo,
        media_size,
        media_quality,

        ---------- usage
        prompt_tokens as reported_input_tokens,
        -- a streamed response may leave one of the two names at zero
        greatest(coalesce(cached_tokens, cache_read_input_tokens), coalesce(cache_read_input_tokens, cached_tokens))
            as reported_cache_read_tokens,
        cache_creation_input_tokens as reported_cache_write_tokens,
        {% for kind in ['read_audio', 'read_image', 'write_5m', 'write_30m', 'write_1h', 'write_12h'] %}
        cache_{{ kind }}_tokens as reported_cache_{{ kind }}_tokens,
        {% endfor %}
        {% for kind in ['audio', 'image', 'video'] %}
        input_{{ kind }}_tokens as reported_input_{{ kind }}_tokens,
        output_{{ kind }}_tokens as reported_output_{{ kind }}_tokens,
        {% endfor %}
        completion_tokens as reported_output_tokens,
        reasoning_tokens as reported_reasoning_tokens,
        web_search_requests as reported_web_search_calls,
        {{ litellm_images() }} as reported_generated_images,
        total_tokens as reported_total_tokens,
        unread_usage,
        usage_iterations,
        {{ text_to_money('spend_usd') }} as gateway_reported_cost_usd,
        {{ text_to_money('guardrail_cost_usd') }} as gateway_guardrail_cost_usd,

        ---------- owner
        coalesce(tagged_team, {{ tag_value('request_tags', 'team') }}) as team_tag,
        team_alias as gateway_team,
        team_id as gateway_team_id,
        api_key_hash as credential_id,
        api_key_alias as credential_name,
        tagged_service_name as service_name,
        tagged_feature as feature,
        tagged_environment as environment,
        tagged_workspace_id as customer_id,
        tagged_cost_center as cost_center_tag,
        user_key,
        tagged_prompt_version as prompt_version,
        request_tags,
        {% for name in ['project_id', 'product', 'customer_tier', 'endpoint', 'agent_name', 'route'] %}
        {{ name }},
        {% endfor %}
        organization_id as sub_account_id,

        ---------- attempt
        coalesce(attempted_retries, 0) + coalesce(attempted_fallbacks, 0) + 1 as attempt_number,
        coalesce(attempted_retries, 0) > 0 as is_retry,
        coalesce(attempted_fallbacks, 0) > 0 as is_fallback,
        case when attempted_fallbacks > 0 then original_model_group end as fallback_from_model,
        coalesce(lower(status), 'success') as request_status,
        {{ http_status('error_code') }} as status_code,
        coalesce(lower(cache_hit) = 'true', false) or coalesce(response_id like '%_cache_hit%', false)
            as is_gateway_cache_hit,
        case when used_client_oauth_token then 'subscription' else 'api' end as billing_channel,
        -- such a row carries the money of an attempt whose request is counted by the final row
        not coalesce(billed_retry_attempt, false) as counts_as_request,

        ---------- evidence
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from cleaned

)

select * from renamed
