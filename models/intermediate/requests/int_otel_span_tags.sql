-- The owner's tags of every span that has any: grouped, because a span exported twice must not double
-- its children.
select
    trace_id,
    span_id,
    min(started_date) as started_date,
    max(case when parent_span_id is null then 1 else 0 end) as is_root,
    min(span_team) as team,
    min(request_id) as request_id,
    min(span_service_name) as service_name,
    min(span_feature) as feature,
    min(span_environment) as environment,
    min(span_workspace_id) as customer_id,
    min(span_prompt_version) as prompt_version,
    min(span_cost_center) as cost_center,
    min(agent_name) as agent_name,
    min(step_name) as step_name,
    min(tool_name) as tool_name,
    min(user_key) as user_key
from {{ ref('stg_otel__genai_spans') }}
where
    coalesce(
        span_team, request_id, span_service_name, span_feature, span_environment,
        span_workspace_id, span_prompt_version, span_cost_center, user_key,
        agent_name, step_name, tool_name
    ) is not null
group by 1, 2
