with source as (

    select * from {{ source('bedrock', 'bedrock_invocations') }}

),

-- a profile of the company's own, a prompt router and a stored prompt say nothing of the model: the answer may, and
-- else an alias has to. Anthropic's models call themselves by the maker's name
named as (

    select
        *,
        case
            when
                answered_model is null
                or not (
                    model_id like '%:application-inference-profile/%' or model_id like '%prompt-router/%'
                    or model_id like '%:prompt/%'
                )
                then model_id
            when answered_model like 'claude-%' then 'anthropic.' || answered_model
            else answered_model
        end as known_model_id
    from source

),

placed as (

    select
        *,
        case
            when known_model_id like '%:inference-profile/%' then split_part(known_model_id, ':inference-profile/', 2)
            when known_model_id like '%:foundation-model/%' then split_part(known_model_id, ':foundation-model/', 2)
            else known_model_id
        end as model_name
    from named

),

renamed as (

    select
        ---------- ids
        'bedrock_invocations' as source_system,
        request_id,
        coalesce(request_id, {{ record_place() }}) as event_id,
        -- an SDK's retry has a request id of its own, and nothing links the two
        request_id as logical_request_id,

        ---------- time
        called_at as usage_at,
        'start' as usage_at_basis,
        latency_ms,

        ---------- model
        'bedrock' as provider_name,
        model_id as requested_model,
        {{ name_in_region_of_log('region', 'model_name') }} as served_model,
        -- latency-optimised capacity has prices of its own, whatever tier is named beside it
        case when lower(performance_latency) = 'optimized' then 'latency_optimized' else service_tier end
            as service_tier_name,

        ---------- usage
        input_tokens as reported_input_tokens,
        cache_read_tokens as reported_cache_read_tokens,
        cache_write_tokens as reported_cache_write_tokens,
        cache_write_5m_tokens as reported_cache_write_5m_tokens,
        cache_write_1h_tokens as reported_cache_write_1h_tokens,
        output_tokens as reported_output_tokens,
        -- a conversation by voice: the log does not tell its speech from text, which costs a fraction of it
        case when operation = 'InvokeModelWithBidirectionalStream' then 'lower_bound' else 'exact' end as usage_quality,

        ---------- owner
        tagged_team as team_tag,
        identity_arn as credential_id,
        {{ role_of_arn('identity_arn') }} as credential_name,
        -- an application inference profile is made for one application, else the account is all there is
        case when model_id like '%:application-inference-profile/%' then model_id else account_id end
            as sub_account_id,
        tagged_service_name as service_name,
        tagged_feature as feature,
        tagged_environment as environment,
        tagged_workspace_id as customer_id,
        tagged_cost_center as cost_center_tag,
        user_key,
        tagged_prompt_version as prompt_version,
        project_id,

        ---------- attempt
        case when error_code is not null then 'failure' else 'success' end as request_status,
        false as is_gateway_cache_hit,
        -- the input of a rejected call is counted, not charged
        error_code is not null and output_tokens is null as is_uncharged,
        error_code is null or output_tokens is not null as counts_as_request,

        ---------- evidence
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from placed

)

select * from renamed
