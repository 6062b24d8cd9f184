with source as (

    select * from {{ source('helicone', 'helicone_requests') }}

),

renamed as (

    select
        ---------- ids
        'helicone_requests' as source_system,
        request_id,
        coalesce(request_id, {{ record_place() }}) as event_id,
        -- a session spans requests, so it is the trace
        request_id as logical_request_id,
        session_id as trace_id,
        updated_at as record_version_at,

        ---------- time
        request_created_at as usage_at,
        'start' as usage_at_basis,
        delay_ms as latency_ms,

        ---------- model
        provider as provider_name,
        request_model as requested_model,
        request_model as served_model,

        ---------- usage
        prompt_tokens as reported_input_tokens,
        prompt_cache_read_tokens as reported_cache_read_tokens,
        prompt_cache_write_tokens as reported_cache_write_tokens,
        completion_tokens as reported_output_tokens,
        reasoning_tokens as reported_reasoning_tokens,
        total_tokens as reported_total_tokens,
        -- the CSV of its command line has no columns for the cache
        case
            when coalesce(prompt_cache_read_tokens, prompt_cache_write_tokens) is null then 'lower_bound'
            else 'exact'
        end as usage_quality,
        cast(cost_usd as {{ money_type() }}) as gateway_reported_cost_usd,

        ---------- owner
        tagged_team as team_tag,
        tagged_service_name as service_name,
        tagged_feature as feature,
        tagged_environment as environment,
        tagged_workspace_id as customer_id,
        tagged_cost_center as cost_center_tag,
        user_key,
        coalesce(tagged_prompt_version, prompt_version_id) as prompt_version,
        project_id,
        product,
        customer_tier,
        endpoint,
        agent_name,
        route,

        ---------- attempt
        case when response_status between 200 and 299 then 'success' else 'failure' end as request_status,
        case when response_status between 100 and 599 then response_status end as status_code,
        coalesce(cache_reference_id, '') not in ('', '00000000-0000-0000-0000-000000000000') as is_gateway_cache_hit,
        coalesce(response_status between 200 and 299, false) or coalesce(total_tokens, 0) > 0 as counts_as_request,

        ---------- evidence
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from source

)

select * from renamed
