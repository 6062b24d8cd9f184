with source as (

    select * from {{ source('envelope', 'envelope_events') }}

),

renamed as (

    select
        ---------- ids
        'envelope_events' as source_system,
        request_id,
        -- a retry, a fallback and each call of a fan-out may share the id and the second: only an identical
        -- copy is the same call
        {{ row_text([
            'coalesce(request_id, ' ~ record_place() ~ ')', 'coalesce(retry_count, 0)', 'fallback_from',
            'lower(provider)', 'coalesce(model_requested, model)', 'coalesce(model_actual, model)',
            'lower(status)', 'input_tokens', 'output_tokens',
        ]) }} as event_id,
        coalesce(request_id, {{ record_place() }}) as logical_request_id,
        trace_id,

        ---------- time
        occurred_at as usage_at,
        'start' as usage_at_basis,
        latency_ms,

        ---------- model
        provider as provider_name,
        coalesce(model_requested, model) as requested_model,
        coalesce(model_actual, model) as served_model,
        service_tier as service_tier_name,
        inference_geo,

        ---------- usage
        input_tokens as reported_input_tokens,
        cached_input_tokens as reported_cache_read_tokens,
        cache_write_tokens as reported_cache_write_tokens,
        output_tokens as reported_output_tokens,
        reasoning_tokens as reported_reasoning_tokens,
        {{ text_to_money('estimated_cost_usd') }} as gateway_reported_cost_usd,
        price_card_version as gateway_price_card_version,

        ---------- owner
        team as team_tag,
        credential_id,
        service_name,
        service_namespace,
        feature,
        environment,
        workspace_id as customer_id,
        cost_center as cost_center_tag,
        user_key,
        prompt_version,
        request_source,

        ---------- attempt
        coalesce(retry_count, 0) + 1 as attempt_number,
        coalesce(retry_count, 0) > 0 as is_retry,
        fallback_from is not null as is_fallback,
        fallback_from as fallback_from_model,
        case
            when status like '4__' or status like '5__' then 'failure'
            else coalesce(lower(status), 'success')
        end as request_status,
        coalesce(cache_hit, false) as is_gateway_cache_hit,
        true as counts_as_request,

        ---------- evidence
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from source

)

select * from renamed
