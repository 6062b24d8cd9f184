-- Which days have a record of an application with usage that lasts into another day, on which another system has logged
-- calls. Those calls may be what the record sums up, so each of the two days is built from the loads of both.
{{ config(materialized='table') }}

with gateway_days as (

    select distinct
        event_date,
        raw_table
    from {{ ref('stg_loader__days') }}
    where raw_table in {{ gateway_tables() }}

),

-- each kind of record beside the days with another system's calls: a system that is alone need not be read at all
near_days as (

    {% for later in days_after_a_run() %}
    select
        systems.raw_table,
        {{ days_before('days.event_date', later) }} as usage_date,
        {{ later }} as days_later,
        days.event_date as call_date
    from gateway_days as days
    inner join (select distinct gateway_days.raw_table from gateway_days) as systems
        on days.raw_table != systems.raw_table
    {{ 'union' if not loop.last }}
    {% else %}
    select
        raw_table,
        event_date as usage_date,
        0 as days_later,
        event_date as call_date
    from gateway_days
    where false
    {% endfor %}

),

records as (

    select
        'otel_genai_spans' as raw_table,
        started_at as usage_at,
        {{ elapsed_ms('started_at', 'ended_at') }} as latency_ms
    from {{ ref('stg_otel__genai_spans') }}
    where has_usage and trace_id is not null
        and cast(started_at as date) in (
            select near_days.usage_date from near_days
            where near_days.raw_table = 'otel_genai_spans'
        )

    union all

    select
        'langfuse_observations' as raw_table,
        usage_at,
        latency_ms
    from {{ ref('stg_langfuse__observations') }}
    where has_usage and trace_id is not null
        and cast(usage_at as date) in (
            select near_days.usage_date from near_days
            where near_days.raw_table = 'langfuse_observations'
        )

    union all

    select
        'envelope_events' as raw_table,
        usage_at,
        latency_ms
    from {{ ref('stg_envelope__events') }}
    where coalesce(reported_input_tokens, 0) + coalesce(reported_output_tokens, 0) > 0 and trace_id is not null
        and cast(usage_at as date) in (
            select near_days.usage_date from near_days
            where near_days.raw_table = 'envelope_events'
        )

)

select distinct
    near_days.usage_date,
    near_days.days_later,
    near_days.call_date
from records
inner join near_days
    on
        records.raw_table = near_days.raw_table
        and cast(records.usage_at as date) = near_days.usage_date
where {{ lasts_until_day('records.usage_at', 'records.latency_ms', 'near_days.days_later') }}
