-- Which loads of one day say something about the calls of another: those of a trace that goes on after midnight. A
-- call may repeat what a span of the next day used, and a record that lasts over midnight may sum up another system's
-- calls of the next day.
with spans as (

    select
        trace_id,
        started_date as usage_date,
        batch_id
    from {{ ref('stg_otel__genai_spans') }}

    union all

    select
        trace_id,
        usage_date,
        batch_id
    from {{ ref('stg_langfuse__observations') }}

),

long_traces as (

    select trace_id
    from spans
    group by 1
    having min(usage_date) < max(usage_date)

),

trace_days as (

    select distinct
        spans.trace_id,
        spans.usage_date,
        spans.batch_id
    from spans
    inner join long_traces
        on spans.trace_id = long_traces.trace_id

),

gateway_days as (

    select
        event_date as usage_date,
        batch_id
    from {{ ref('stg_loader__days') }}
    where raw_table in {{ gateway_tables() }}

),

run_days as (

    select
        usage_date,
        call_date as other_date
    from {{ ref('int_days_of_long_runs') }}

    union all

    select
        call_date as usage_date,
        usage_date as other_date
    from {{ ref('int_days_of_long_runs') }}

)

select
    days.usage_date,
    others.batch_id
from trace_days as days
inner join trace_days as others
    on
        days.trace_id = others.trace_id
        and days.usage_date != others.usage_date
        and others.usage_date between
        {{ days_before('days.usage_date', var('trace_lookback_days')) }}
        and {{ days_before('days.usage_date', -var('trace_lookback_days')) }}

union

select
    run_days.usage_date,
    gateway_days.batch_id
from run_days
inner join gateway_days
    on run_days.other_date = gateway_days.usage_date
