with source as (

    select * from {{ source('cloudflare', 'cloudflare_ai_gateway_logs') }}

),

renamed as (

    select
        ---------- ids
        'cloudflare_ai_gateway_logs' as source_system,
        log_id as request_id,
        coalesce(log_id, {{ record_place() }}) as event_id,
        -- the steps of a fallback share no id
        log_id as logical_request_id,

        ---------- time
        created_at as usage_at,
        'start' as usage_at_basis,
        duration_ms as latency_ms,

        ---------- model
        provider as provider_name,
        model as requested_model,
        model as served_model,

        ---------- usage
        tokens_in as reported_input_tokens,
        tokens_out as reported_output_tokens,
        -- no cache figures: Anthropic's and Bedrock's are left out, the others' hide within the input
        case when lower(provider) in ('anthropic', 'aws-bedrock') then 'lower_bound' else 'estimated' end
            as usage_quality,
        cast(cost_usd as {{ money_type() }}) as gateway_reported_cost_usd,

        ---------- owner
        tagged_team as team_tag,
        tagged_service_name as service_name,
        tagged_feature as feature,
        tagged_environment as environment,
        tagged_workspace_id as customer_id,
        tagged_cost_center as cost_center_tag,
        user_key,
        tagged_prompt_version as prompt_version,
        project_id,
        product,
        customer_tier,
        endpoint,
        agent_name,
        route,

        ---------- attempt
        step + 1 as attempt_number,
        coalesce(step, 0) > 0 as is_fallback,
        case when coalesce(is_success, status_code < 400) then 'success' else 'failure' end as request_status,
        status_code,
        coalesce(is_cached, false) as is_gateway_cache_hit,
        coalesce(is_success, false) or coalesce(tokens_out, 0) > 0 as counts_as_request,

        ---------- evidence
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from source

)

select * from renamed
