with source as (

    select * from {{ source('openrouter', 'openrouter_generations') }}

),

cleaned as (

    select
        *,
        coalesce(is_byok, false) or coalesce(cast(byok_usage_inference_usd as {{ money_type() }}), 0) > 0 as is_own_key
    from source

),

renamed as (

    select
        ---------- ids
        'openrouter_generations' as source_system,
        generation_id as request_id,
        coalesce(generation_id, {{ record_place() }}) as event_id,
        coalesce(request_id, generation_id) as logical_request_id,
        session_id as trace_id,
        upstream_id as provider_response_id,

        ---------- time
        created_at as usage_at,
        'start' as usage_at_basis,
        cast(floor(cast(generation_time_ms as {{ money_type() }})) as bigint) as latency_ms,

        ---------- model
        -- OpenRouter bills, except where our own key at the upstream does
        case when is_own_key then provider_name else 'openrouter' end as provider_name,
        model as requested_model,
        model as served_model,
        service_tier as service_tier_name,
        nullif(data_region, 'global') as inference_geo,

        ---------- usage
        native_tokens_prompt as reported_input_tokens,
        native_tokens_cached as reported_cache_read_tokens,
        native_tokens_completion as reported_output_tokens,
        native_tokens_reasoning as reported_reasoning_tokens,
        -- cache writes, dearer than input at some providers, are within the prompt and not counted
        'lower_bound' as usage_quality,
        cast(total_cost_usd as {{ money_type() }}) as gateway_reported_cost_usd,

        ---------- owner
        app_id as credential_id,
        api_key_name as credential_name,
        app_name as service_name,
        workspace_id as sub_account_id,
        user_key,

        ---------- attempt
        first_upstream_status is not null as is_retry,
        case when is_cancelled then 'cancelled' else 'success' end as request_status,
        last_upstream_status as status_code,
        response_cache_source_id is not null as is_gateway_cache_hit,
        -- its own bill says that nothing was charged for what the client broke off
        coalesce(is_cancelled, false) and not is_own_key
        and coalesce(cast(total_cost_usd as {{ money_type() }}), 0) = 0 as is_uncharged,
        case when is_own_key then 'own_key' else 'api' end as billing_channel,
        true as counts_as_request,
        {{ attempt_reason_of('cast(first_upstream_status as ' ~ dbt.type_string() ~ ')') }} as stated_attempt_reason,

        ---------- evidence
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from cleaned

)

select * from renamed
