-- The owner's tags are often not on the call but on a span above it in the same trace: on the outermost record of
-- the same call, on the span above that, on the root. The root is the whole run, and no step of it.
with calls as (

    select * from {{ ref('int_otel_calls') }}

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

final as (

    select
        'otel_genai_spans' as source_system,
        coalesce(
            calls.request_id, outer_spans.request_id, parents.request_id, roots.request_id, calls.response_id,
            calls.span_id
        ) as request_id,
        calls.trace_id || '/' || calls.span_id as event_id,
        coalesce(calls.call_id, parents.request_id, roots.request_id, calls.outer_parent_span_id, calls.span_id)
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
        calls.counted_input_tokens as reported_input_tokens,
        calls.counted_cache_read_tokens as reported_cache_read_tokens,
        calls.counted_cache_write_tokens as reported_cache_write_tokens,
        calls.counted_output_tokens as reported_output_tokens,
        {% for name in ['input_audio_tokens', 'input_image_tokens', 'output_audio_tokens', 'output_image_tokens'] %}
        case when not calls.is_recounted then calls.{{ name }} end as reported_{{ name }},
        {% endfor %}
        calls.counted_reasoning_tokens as reported_reasoning_tokens,
        calls.web_search_requests as reported_web_search_calls,
        calls.counted_total_tokens as reported_total_tokens,
        case when not calls.is_recounted then calls.unread_usage end as unread_usage,
        -- figures that were counted again have the convention of the source
        case when not calls.is_recounted then calls.scope_name || coalesce(' ' || calls.scope_version, '') end
            as usage_emitter,
        case when calls.decision = 'remainder' then 'remainder' end as usage_quality,
        calls.reported_cost_usd as gateway_reported_cost_usd,
        coalesce(calls.span_team, outer_spans.team, parents.team, roots.team, calls.resource_team) as team_tag,
        calls.gateway_team,
        calls.gateway_team_id,
        calls.credential_id,
        calls.credential_name,
        coalesce(
            calls.span_service_name, outer_spans.service_name, parents.service_name, roots.service_name,
            calls.resource_service_name
        ) as service_name,
        calls.resource_service_namespace as service_namespace,
        coalesce(calls.span_feature, outer_spans.feature, parents.feature, roots.feature) as feature,
        coalesce(
            calls.span_environment, outer_spans.environment, parents.environment, roots.environment,
            calls.resource_environment
        ) as environment,
        coalesce(
            calls.span_workspace_id, outer_spans.customer_id, parents.customer_id, roots.customer_id
        ) as customer_id,
        coalesce(
            calls.span_cost_center, outer_spans.cost_center, parents.cost_center, roots.cost_center
        ) as cost_center_tag,
        coalesce(calls.user_key, outer_spans.user_key, parents.user_key, roots.user_key) as user_key,
        coalesce(calls.span_prompt_version, outer_spans.prompt_version, parents.prompt_version, roots.prompt_version)
            as prompt_version,
        calls.request_status,
        calls.http_status_code as status_code,
        coalesce(calls.agent_name, outer_spans.agent_name, parents.agent_name, roots.agent_name) as agent_name,
        coalesce(calls.step_name, outer_spans.step_name, parents.step_name) as step_name,
        coalesce(calls.tool_name, outer_spans.tool_name, parents.tool_name) as tool_name,
        calls.is_gateway_cache_hit,
        coalesce(calls.decision, '') != 'remainder' as counts_as_request,
        calls.batch_id,
        calls.source_file,
        calls.line_number,
        calls.record_number,
        calls.loaded_at
    from calls
    left join tagged_spans as outer_spans
        on
            calls.trace_id = outer_spans.trace_id
            and calls.outer_span_id = outer_spans.span_id
    left join tagged_spans as parents
        on
            calls.trace_id = parents.trace_id
            and calls.outer_parent_span_id = parents.span_id
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
