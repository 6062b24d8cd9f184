with source as (

    select * from {{ source('litellm_standard_logging', 'litellm_standard_logging') }}

),

cleaned as (

    select
        *,
        {{ litellm_id('payload_id') }} as response_id,
        {{ litellm_id('litellm_call_id') }} as call_id,
        {{ litellm_is_poll('payload_id') }} as is_job_snapshot
    from source

),

renamed as (

    select
        ---------- ids
        'litellm_standard_logging' as source_system,
        response_id as request_id,
        case
            when is_job_snapshot then response_id
            when coalesce(response_id, call_id) is null then {{ record_place() }}
            -- a failed attempt and the one that follows it may share both ids and the start
            else {{ litellm_event(['response_id', 'call_id']) }}
        end as event_id,
        {{ litellm_call('coalesce(call_id, response_id)') }} as logical_request_id,
        trace_id,
        {{ litellm_call('call_id') }} as gateway_call_id,
        -- an answer out of the gateway's own cache names the response it repeats
        case
            when not coalesce(cache_hit, false) and response_id not like '%_cache_hit%'
                then {{ litellm_call('response_id') }}
        end as provider_response_id,
        is_job_snapshot,

        ---------- time
        start_time as usage_at,
        'start' as usage_at_basis,
        {{ elapsed_ms('start_time', 'end_time') }} as latency_ms,

        ---------- model
        custom_llm_provider as provider_name,
        model_group as requested_model,
        model as served_model,
        {{ litellm_tier('payload_id') }} as service_tier_name,
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
        input_audio_tokens as reported_input_audio_tokens,
        input_image_tokens as reported_input_image_tokens,
        input_video_tokens as reported_input_video_tokens,
        completion_tokens as reported_output_tokens,
        output_audio_tokens as reported_output_audio_tokens,
        output_image_tokens as reported_output_image_tokens,
        output_video_tokens as reported_output_video_tokens,
        reasoning_tokens as reported_reasoning_tokens,
        web_search_requests as reported_web_search_calls,
        {{ litellm_images() }} as reported_generated_images,
        total_tokens as reported_total_tokens,
        unread_usage,
        usage_iterations,
        cast(response_cost_usd as {{ money_type() }}) as gateway_reported_cost_usd,
        cast(guardrail_cost_usd as {{ money_type() }}) as gateway_guardrail_cost_usd,

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
        coalesce(tagged_cost_center, header_cost_center) as cost_center_tag,
        user_key,
        tagged_prompt_version as prompt_version,
        request_tags,
        project_id,
        organization_id as sub_account_id,
        product,
        customer_tier,
        endpoint,
        agent_name,
        route,

        ---------- attempt
        coalesce(lower(status), 'success') as request_status,
        {{ http_status('error_code') }} as status_code,
        coalesce(cache_hit, false) or coalesce(payload_id like '%_cache_hit%', false) as is_gateway_cache_hit,
        case when used_client_oauth_token then 'subscription' else 'api' end as billing_channel,
        -- a failed attempt that used nothing is not a request of its own: its retry is, or its caller gave up
        coalesce(lower(status), 'success') != 'failure' or coalesce(total_tokens, 0) > 0 as counts_as_request,

        ---------- evidence
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from cleaned

)

select * from renamed
