-- The ten costliest traces, and requests without one, of the last week that is over and whose use is known, in the
-- order in which they are read: what it cost, whose it is, input against output, cache, repeats, prompt, the step that
-- cost most and its raw line.
select
    traces.cost_rank,
    traces.trace_or_request,
    traces.first_usage_at,
    traces.cost_usd,
    traces.team_id,
    traces.service_name,
    traces.feature,
    traces.customer_id,
    traces.input_tokens,
    traces.cache_read_tokens,
    traces.output_tokens,
    traces.attempt_count,
    traces.repeat_count,
    traces.prompt_version,
    traces.latency_ms,
    traces.costliest_step_cost_usd,
    steps.billed_model as costliest_step_model,
    steps.source_file as costliest_step_file,
    steps.line_number as costliest_step_line,
    traces.note,
    traces.explained_by
from {{ ref('fct_costliest_traces_weekly') }} as traces
left join {{ ref('fct_priced_requests') }} as steps
    on traces.request_key = steps.request_key
where traces.week_start_date = {{ last_known_week() }}
order by traces.cost_rank
