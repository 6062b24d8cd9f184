-- Only leaf model calls are billed: an agent's or a workflow's span repeats the usage of its
-- children. The owner's tags are often not on the call but on a span above it in the same trace.
with spans as (

    select * from {{ ref('stg_otel__genai_spans') }}

),

tagged_spans as (

    select * from {{ ref('int_otel_span_tags') }}

),

-- one root a trace, whatever a broken exporter writes
roots as (

    select
        *,
        row_number() over (partition by trace_id order by started_date, span_id) as root_number
    from tagged_spans
    where is_root = 1

),

calls as (

    select * from spans
    where
        provider_name is not null
        and coalesce(operation_name, 'chat') not in (
            'invoke_agent', 'create_agent', 'execute_tool', 'fetch_response',
            'workflow', 'task', 'agent', 'tool'
        )

),

final as (

    select
        'otel_genai_spans' as source_system,
        coalesce(calls.request_id, parents.request_id, roots.request_id, calls.response_id, calls.span_id)
            as request_id,
        calls.trace_id || '/' || calls.span_id as event_id,
        coalesce(calls.call_id, parents.request_id, roots.request_id, calls.parent_span_id, calls.span_id)
            as logical_request_id,
        calls.trace_id,
        calls.span_id,
        calls.call_id as gateway_call_id,
        calls.response_id as provider_response_id,
        calls.started_at as usage_at,
        'start' as usage_at_basis,
        {{ elapsed_ms('calls.started_at', 'calls.ended_at') }} as latency_ms,
        calls.provider_name,
        calls.request_model as requested_model,
        coalesce(calls.response_model, calls.request_model) as served_model,
        calls.service_tier as service_tier_name,
        calls.input_tokens as reported_input_tokens,
        calls.cache_read_tokens as reported_cache_read_tokens,
        calls.cache_write_tokens as reported_cache_write_tokens,
        calls.input_audio_tokens as reported_input_audio_tokens,
        calls.input_image_tokens as reported_input_image_tokens,
        calls.output_tokens as reported_output_tokens,
        calls.output_audio_tokens as reported_output_audio_tokens,
        calls.output_image_tokens as reported_output_image_tokens,
        calls.reasoning_tokens as reported_reasoning_tokens,
        calls.total_tokens as reported_total_tokens,
        calls.reported_cost_usd as gateway_reported_cost_usd,
        coalesce(calls.span_team, parents.team, roots.team, calls.resource_team) as team_tag,
        calls.credential_id,
        coalesce(calls.span_service_name, parents.service_name, roots.service_name, calls.resource_service_name)
            as service_name,
        calls.resource_service_namespace as service_namespace,
        coalesce(calls.span_feature, parents.feature, roots.feature) as feature,
        coalesce(calls.span_environment, parents.environment, roots.environment, calls.resource_environment)
            as environment,
        coalesce(calls.span_workspace_id, parents.customer_id, roots.customer_id) as customer_id,
        coalesce(calls.span_cost_center, parents.cost_center, roots.cost_center) as cost_center_tag,
        coalesce(calls.user_key, parents.user_key, roots.user_key) as user_key,
        coalesce(calls.span_prompt_version, parents.prompt_version, roots.prompt_version)
            as prompt_version,
        calls.request_status,
        calls.http_status_code as status_code,
        coalesce(calls.agent_name, parents.agent_name, roots.agent_name) as agent_name,
        false as is_gateway_cache_hit,
        true as counts_as_request,
        calls.batch_id,
        calls.source_file,
        calls.line_number,
        calls.record_number,
        calls.loaded_at
    from calls
    left join tagged_spans as parents
        on
            calls.trace_id = parents.trace_id
            and calls.parent_span_id = parents.span_id
            and parents.started_date between
            {{ days_before('calls.started_date', var('trace_lookback_days')) }} and calls.started_date
    left join roots
        on
            calls.trace_id = roots.trace_id
            and roots.root_number = 1
            and roots.started_date between
            {{ days_before('calls.started_date', var('trace_lookback_days')) }} and calls.started_date

)

select * from final
