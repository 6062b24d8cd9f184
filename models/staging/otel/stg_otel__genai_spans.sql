with source as (

    select * from {{ source('otel', 'otel_genai_spans') }}

),

renamed as (

    select
        ---------- ids
        trace_id,
        span_id,
        parent_span_id,
        request_id,
        response_id,
        run_id,
        call_id,
        conversation_id,
        credential_id,
        credential_name,
        gateway_team,
        gateway_team_id,

        ---------- time
        start_time as started_at,
        end_time as ended_at,
        cast(start_time as date) as started_date,

        ---------- model call
        scope_name,
        scope_version,
        lower(operation_name) as operation_name,
        provider_name,
        request_model,
        coalesce(litellm_provider_model, response_model) as response_model,
        service_tier,
        input_tokens,
        cache_read_tokens,
        cache_write_tokens,
        input_audio_tokens,
        input_image_tokens,
        output_tokens,
        output_audio_tokens,
        output_image_tokens,
        web_search_requests,
        reasoning_tokens,
        total_tokens,
        unread_usage,
        {{ text_to_money('reported_cost_usd') }} as reported_cost_usd,
        case when status_code = 2 or error_type is not null or http_status_code >= 400 then 'failure' else 'success' end
            as request_status,
        coalesce(cache_hit, false) as is_gateway_cache_hit,
        {{ has_count([
            'input_tokens', 'output_tokens', 'total_tokens', 'cache_read_tokens', 'cache_write_tokens',
            'input_audio_tokens', 'output_audio_tokens', 'reasoning_tokens', 'web_search_requests',
        ]) }} as has_usage,
        -- a call that failed, or whose stream nobody counted, has no usage and is a call all the same
        case
            when operation_name is null
                then provider_name is not null and coalesce(request_model, response_model) is not null
            else lower(operation_name) in {{ model_call_operations() }}
        end as is_model_call,
        coalesce(http_status_code, {{ http_status('error_type') }}) as http_status_code,
        agent_name,
        step_name,
        tool_name,

        ---------- owner
        span_team,
        span_service_name,
        span_feature,
        span_environment,
        span_workspace_id,
        span_prompt_version,
        span_cost_center,
        user_key,
        resource_team,
        case when resource_service_name not like 'unknown_service%' then resource_service_name end
            as resource_service_name,
        resource_service_namespace,
        resource_environment,

        ---------- evidence
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from source

)

select * from renamed
