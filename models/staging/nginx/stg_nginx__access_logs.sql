with source as (

    select * from {{ source('nginx', 'nginx_access_logs') }}

),

cleaned as (

    select
        *,
        cast(cast(request_time_s as {{ money_type() }}) * cast(1000 as decimal(4, 0)) as bigint) as duration_ms,
        length(coalesce(upstream_status, '')) - length(replace(coalesce(upstream_status, ''), ',', '')) + 1 as try_count
    from source

),

renamed as (

    select
        ---------- ids
        'nginx_access_logs' as source_system,
        request_id,
        -- a client may send the id itself, and the same one with several calls
        {{ row_text([
            'coalesce(request_id, ' ~ record_place() ~ ')', 'response_id', 'provider_name', 'model', 'status',
            'input_tokens', 'output_tokens',
        ]) }} as event_id,
        request_id as logical_request_id,
        response_id as provider_response_id,
        trace_id,

        ---------- time
        -- nginx writes the line when the request has ended; a duration of over a day is none to reckon with
        case
            when duration_ms between 0 and 86400000
                then {{ plus_ms('logged_at', '-duration_ms') }}
            else logged_at
        end as usage_at,
        case when duration_ms between 0 and 86400000 then 'start' else 'end' end as usage_at_basis,
        duration_ms as latency_ms,

        ---------- model
        provider_name,
        model as requested_model,
        model as served_model,
        service_tier as service_tier_name,

        ---------- usage
        input_tokens as reported_input_tokens,
        cached_input_tokens as reported_cache_read_tokens,
        cache_write_tokens as reported_cache_write_tokens,
        output_tokens as reported_output_tokens,
        reasoning_tokens as reported_reasoning_tokens,

        ---------- owner
        owner_team as team_tag,
        owner_service as service_name,
        owner_feature as feature,
        owner_env as environment,
        owner_product as product,
        owner_project as project_id,
        endpoint,

        ---------- attempt
        try_count as attempt_number,
        try_count > 1 as is_retry,
        -- a client that left (499) may still be billed: its usage is missing, not nil
        case
            when status = 499 then 'client_closed'
            when status >= 400 then 'failure'
            else 'success'
        end as request_status,
        status as status_code,
        false as is_gateway_cache_hit,
        coalesce(status, 200) < 400 or status = 499 or coalesce(output_tokens, 0) > 0 as counts_as_request,
        {{ is_model_call('nginx', 'nginx_access_logs') }} as is_model_call,
        -- the try before the last one failed with this code
        case
            when try_count > 1
                then {{ attempt_reason_of("trim(split_part(upstream_status, ',', cast(try_count - 1 as integer)))") }}
        end as stated_attempt_reason,

        ---------- evidence
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from cleaned

)

select * from renamed
