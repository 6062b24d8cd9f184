-- Which loads of one day say something about the calls of another: those of a trace that goes on after midnight. A
-- call may repeat what a span of the next day used.
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

)

select distinct
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
