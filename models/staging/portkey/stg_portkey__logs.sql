with source as (

    select * from {{ source('portkey', 'portkey_logs') }}

),

cleaned as (

    select
        *,
        greatest(
            coalesce(usage_cached_tokens, usage_cache_read_tokens),
            coalesce(usage_cache_read_tokens, usage_cached_tokens)
        ) as cache_read_tokens
    from source

),

renamed as (

    select
        ---------- ids
        'portkey_logs' as source_system,
        log_id as request_id,
        coalesce(log_id, {{ record_place() }}) as event_id,
        -- the targets of one fallback share their trace
        coalesce(trace_id, log_id) as logical_request_id,
        trace_id,

        ---------- time
        created_at as usage_at,
        'start' as usage_at_basis,
        response_time_ms as latency_ms,

        ---------- model
        provider_slug as provider_name,
        ai_model as requested_model,
        -- a model of an integration is written behind that one's name: @openai-prod/gpt-5.4
        {{ name_without_publisher('provider_slug', "regexp_replace(ai_model, '^@[^/]+/', '')") }} as served_model,
        service_tier as service_tier_name,

        ---------- usage
        coalesce(request_units, usage_input_tokens) as reported_input_tokens,
        cache_read_tokens as reported_cache_read_tokens,
        usage_cache_write_tokens as reported_cache_write_tokens,
        usage_cache_write_5m_tokens as reported_cache_write_5m_tokens,
        usage_cache_write_1h_tokens as reported_cache_write_1h_tokens,
        coalesce(response_units, usage_output_tokens) as reported_output_tokens,
        usage_reasoning_tokens as reported_reasoning_tokens,
        total_units as reported_total_tokens,
        unread_usage,
        -- the export has no cache columns: what the total holds beyond input and output is cache of unknown kind
        case
            when usage_input_tokens is null then nullif(greatest(total_units - request_units - response_units, 0), 0)
        end as reported_unclassified_tokens,
        -- routes other than Anthropic's hide the cached part within the input
        case
            when usage_input_tokens is null and lower(provider_slug) != 'anthropic' then 'estimated'
            else 'exact'
        end as usage_quality,
        cast(cast(cost_cents as {{ money_type() }}) * cast(0.01 as decimal(3, 2)) as {{ money_type() }})
            as gateway_reported_cost_usd,

        ---------- owner
        tagged_team as team_tag,
        coalesce(api_key_id, virtual_key) as credential_id,
        virtual_key as credential_name,
        tagged_service_name as service_name,
        tagged_feature as feature,
        tagged_environment as environment,
        tagged_workspace_id as customer_id,
        workspace_slug as sub_account_id,
        tagged_cost_center as cost_center_tag,
        user_key,
        coalesce(tagged_prompt_version, prompt_slug) as prompt_version,
        project_id,
        product,
        customer_tier,
        endpoint,
        agent_name,
        route,

        ---------- attempt
        case when coalesce(is_success, response_status_code < 400) then 'success' else 'failure' end as request_status,
        response_status_code as status_code,
        coalesce(upper(cache_status) like '%HIT', false) as is_gateway_cache_hit,
        coalesce(is_success, false) or coalesce(total_units, 0) > 0 as counts_as_request,

        ---------- evidence
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from cleaned

)

select * from renamed
