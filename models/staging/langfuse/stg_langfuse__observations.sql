with source as (

    select * from {{ source('langfuse', 'langfuse_observations') }}

),

-- Langfuse 3 still writes the three figures of version 2 beside its own
counted as (

    select
        *,
        usage_input is null and usage_output is null and usage_total is null
        and coalesce(old_usage_input, old_usage_output, old_usage_total) is not null as is_old_usage
    from source

),

renamed as (

    select
        ---------- ids
        'langfuse_observations' as source_system,
        observation_id as request_id,
        coalesce(observation_id, {{ record_place() }}) as event_id,
        observation_id as logical_request_id,
        trace_id,
        observation_id as span_id,
        parent_observation_id as parent_span_id,
        litellm_call_id as gateway_call_id,
        -- LiteLLM's callback writes the id of the response into its own: time-11-32-00-123456_chatcmpl-1
        coalesce(
            response_id,
            case
                when observation_id like 'time-__-__-__-______%' and substr(observation_id, 21, 1) = '_'
                    then substr(observation_id, 22)
            end
        ) as provider_response_id,
        updated_at as record_version_at,
        upper(observation_type) as observation_type,

        ---------- time
        start_time as usage_at,
        'start' as usage_at_basis,
        cast(start_time as date) as usage_date,
        {{ elapsed_ms('start_time', 'end_time') }} as latency_ms,

        ---------- model
        provider as provider_name,
        provided_model_name as requested_model,
        provided_model_name as served_model,
        coalesce(service_tier, case when usage_priority > 0 then 'priority' when usage_flex > 0 then 'flex' end)
            as service_tier_name,

        ---------- usage
        -- audio has keys of its own beside input and output; the conformed figures hold it
        case when is_old_usage then old_usage_input else usage_input + coalesce(usage_input_audio, 0) end
            as reported_input_tokens,
        usage_cache_read as reported_cache_read_tokens,
        coalesce(usage_cache_write, 0) + coalesce(usage_cache_write_5m, 0) + coalesce(usage_cache_write_1h, 0)
            as reported_cache_write_tokens,
        usage_cache_write_5m as reported_cache_write_5m_tokens,
        usage_cache_write_1h as reported_cache_write_1h_tokens,
        usage_input_audio as reported_input_audio_tokens,
        case when is_old_usage then old_usage_output else usage_output + coalesce(usage_output_audio, 0) end
            as reported_output_tokens,
        usage_output_audio as reported_output_audio_tokens,
        usage_reasoning as reported_reasoning_tokens,
        case when is_old_usage then old_usage_total else usage_total end as reported_total_tokens,
        unread_usage,
        case when is_old_usage or (provided_usage = '{}' and usage_total > 0) then 'estimated' else 'exact' end
            as usage_quality,
        cast(total_cost_usd as {{ money_type() }}) as gateway_reported_cost_usd,

        ---------- owner
        coalesce(tagged_team, {{ tag_value('tags', 'team') }}) as team_tag,
        tagged_service_name as service_name,
        tagged_feature as feature,
        coalesce(tagged_environment, environment) as environment,
        tagged_workspace_id as customer_id,
        tagged_cost_center as cost_center_tag,
        user_key,
        coalesce(tagged_prompt_version, prompt_version_id) as prompt_version,
        tags as request_tags,

        ---------- attempt
        case when upper(level) = 'ERROR' then 'failure' else 'success' end as request_status,
        false as is_gateway_cache_hit,
        coalesce(upper(level), '') != 'ERROR' or coalesce(usage_total, 0) > 0 as counts_as_request,
        {{ has_count([
            'usage_input', 'usage_output', 'usage_total', 'usage_cache_read', 'usage_cache_write',
            'usage_input_audio', 'usage_output_audio', 'usage_reasoning',
        ]) }} or is_old_usage as has_usage,
        coalesce(upper(observation_type) in ('GENERATION', 'EMBEDDING'), false) as is_model_call,

        ---------- evidence
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from counted

)

select * from renamed
