with source as (

    select * from {{ source('kong', 'kong_ai_logs') }}

),

cleaned as (

    select
        *,
        case when lower(plugin) like '%transformer%' then '/' || plugin else '' end as plugin_mark
    from source

),

renamed as (

    select
        ---------- ids
        'kong_ai_logs' as source_system,
        request_id,
        -- a request transformer asks a model of its own, before or after the proxied one
        coalesce(request_id || plugin_mark, {{ record_place() }}) as event_id,
        request_id || plugin_mark as logical_request_id,

        ---------- time
        started_at as usage_at,
        'start' as usage_at_basis,
        request_latency_ms as latency_ms,

        ---------- model
        nullif(provider_name, 'UNSPECIFIED') as provider_name,
        request_model as requested_model,
        coalesce(response_model, request_model) as served_model,

        ---------- usage
        -- Kong writes 0 where the response had no usage: no prompt has no tokens
        nullif(prompt_tokens, 0) as reported_input_tokens,
        cached_tokens as reported_cache_read_tokens,
        cache_write_tokens as reported_cache_write_tokens,
        input_audio_tokens as reported_input_audio_tokens,
        case when prompt_tokens != 0 or completion_tokens != 0 then completion_tokens end as reported_output_tokens,
        output_audio_tokens as reported_output_audio_tokens,
        reasoning_tokens as reported_reasoning_tokens,
        nullif(total_tokens, 0) as reported_total_tokens,
        unread_usage,
        -- Kong logs neither Anthropic's cache nor Gemini's thoughts, which are billed
        case
            when lower(provider_name) = 'anthropic' and cached_tokens is null then 'lower_bound'
            when lower(provider_name) in ('gemini', 'google') and reasoning_tokens is null then 'lower_bound'
            -- a cache that fits into the prompt may be a part of it: some versions add it in
            when
                lower(provider_name) in ('anthropic', 'bedrock')
                and coalesce(cached_tokens, 0) + coalesce(cache_write_tokens, 0) between 1 and prompt_tokens
                then 'estimated'
            else 'exact'
        end as usage_quality,
        cast(cost_usd as {{ money_type() }}) as gateway_reported_cost_usd,

        ---------- owner
        consumer_username as gateway_team,
        consumer_id as credential_id,
        coalesce(consumer_custom_id, consumer_username) as credential_name,
        workspace_name as sub_account_id,
        route,

        ---------- attempt
        case when response_status between 400 and 599 and response_status != 499 then 'failure' else 'success' end
            as request_status,
        response_status as status_code,
        coalesce(lower(cache_status) = 'hit', false) as is_gateway_cache_hit,
        coalesce(response_status, 200) < 400 or coalesce(total_tokens, 0) > 0 as counts_as_request,
        {{ is_model_call('kong', 'kong_ai_logs') }} as is_model_call,

        ---------- evidence
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from cleaned

)

select * from renamed
