-- The ten costliest traces that began in the last complete week, with the step that cost most.
select
    traces.trace_id,
    traces.first_usage_at,
    traces.team_id,
    traces.service_name,
    traces.feature,
    traces.step_count,
    traces.cost_usd,
    traces.costliest_step_cost_usd,
    steps.billed_model as costliest_step_model,
    steps.source_file as costliest_step_file,
    steps.line_number as costliest_step_line
from {{ ref('fct_traces') }} as traces
left join {{ ref('fct_priced_requests') }} as steps
    on traces.costliest_request_key = steps.request_key
where
    traces.usage_date >= {{ days_before(week_of(run_date()), 7) }}
    and traces.usage_date < {{ week_of(run_date()) }}
order by traces.cost_usd desc nulls last, traces.trace_id asc
limit 10
