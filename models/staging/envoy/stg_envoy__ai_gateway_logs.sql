with source as (

    select * from {{ source('envoy', 'envoy_ai_gateway_logs') }}

),

renamed as (

    select
        ---------- ids
        'envoy_ai_gateway_logs' as source_system,
        request_id,
        -- a client may send the id itself, and the same one with several calls
        {{ row_text([
            'coalesce(request_id, ' ~ record_place() ~ ')', 'backend', 'request_model', 'response_model',
            'response_code', 'input_tokens', 'output_tokens',
        ]) }} as event_id,
        request_id as logical_request_id,
        session_id as trace_id,

        ---------- time
        start_time as usage_at,
        'start' as usage_at_basis,
        duration_ms as latency_ms,

        ---------- model
        -- namespace/backend/route/...: the backend is named for its provider by convention
        case when backend like '%/%' then split_part(backend, '/', 2) else backend end as provider_name,
        request_model as requested_model,
        coalesce(response_model, model_override, request_model) as served_model,

        ---------- usage
        input_tokens as reported_input_tokens,
        cached_input_tokens as reported_cache_read_tokens,
        cache_creation_input_tokens as reported_cache_write_tokens,
        output_tokens as reported_output_tokens,
        reasoning_tokens as reported_reasoning_tokens,
        total_tokens as reported_total_tokens,
        -- the default access log has no cache keys, while the input holds the cache
        case
            when input_tokens > 0 and cached_input_tokens is null and cache_creation_input_tokens is null
                then 'estimated'
            else 'exact'
        end as usage_quality,

        ---------- owner
        tenant_id as gateway_team,
        service_name,
        feature,
        environment,
        product,
        project_id,
        endpoint,
        route,

        ---------- attempt
        attempt_count as attempt_number,
        coalesce(attempt_count, 1) > 1 as is_retry,
        case
            when response_code = 0 or response_code = 499 or response_flags = 'DC' then 'client_closed'
            when response_code >= 400 then 'failure'
            else 'success'
        end as request_status,
        nullif(response_code, 0) as status_code,
        false as is_gateway_cache_hit,
        coalesce(response_code, 200) < 400 or response_code = 499 or coalesce(output_tokens, 0) > 0
            as counts_as_request,
        {{ is_model_call('envoy', 'envoy_ai_gateway_logs') }} as is_model_call,

        ---------- evidence
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from source

)

select * from renamed
