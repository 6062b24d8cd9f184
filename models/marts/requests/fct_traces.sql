-- A view: nearly every trace lies within one day and is the row of that day as it stands, so that a night
-- need not write all traces again. Tested by day, as those are: a trace of several days is here by its first, and
-- int_traces_over_days, which keeps it from being here twice, is made of all days each night.
{{ config(materialized='view', tags=['by_day']) }}

{% set columns = [
    'trace_id', 'usage_date', 'first_usage_at', 'last_usage_at', 'team_id', 'service_name', 'feature',
    'step_count', 'request_count', 'cost_usd', 'costliest_step_cost_usd', 'costliest_request_key', 'unpriced_count',
] %}
select days.{{ columns | join(',\n    days.') }}
from {{ ref('int_trace_days') }} as days
left join {{ ref('int_traces_over_days') }} as long_traces
    on days.trace_id = long_traces.trace_id
where long_traces.trace_id is null

union all

select {{ columns | join(',\n    ') }}
from {{ ref('int_traces_over_days') }}
