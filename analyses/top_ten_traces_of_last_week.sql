-- The ten costliest traces that began in the newest complete week, with the step that cost most.
with newest as (

    select max(week_start_date) as week_start_date
    from {{ ref('fct_efficiency_weekly') }}
    where is_complete_week

)

select
    traces.trace_id,
    traces.first_usage_at,
    traces.team_id,
    traces.service_name,
    traces.feature,
    traces.step_count,
    traces.cost_usd,
    traces.dearest_step_cost_usd,
    steps.billed_model as dearest_step_model,
    steps.source_file as dearest_step_file,
    steps.line_number as dearest_step_line
from {{ ref('fct_traces') }} as traces
inner join newest
    on
        traces.usage_date >= newest.week_start_date
        and traces.usage_date < {{ days_before('newest.week_start_date', -7) }}
left join {{ ref('fct_priced_requests') }} as steps
    on traces.dearest_request_key = steps.request_key
order by traces.cost_usd desc nulls last, traces.trace_id asc
limit 10
