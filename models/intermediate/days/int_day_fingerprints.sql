-- One row per UTC day of use that has requests: a fingerprint of everything its rows are made from. A
-- model that is built by days rebuilds the days whose fingerprint differs from the one it last built.
{{ config(materialized='table', post_hook="{{ threads_for_changed_days() }}") }}

with gateway_days as (

    select
        event_date as usage_date,
        batch_id,
        record_count,
        raw_table
    from {{ ref('stg_loader__days') }}
    where raw_table in {{ gateway_tables() }}

),

-- a trace's owner may be tagged on a span of the day before, exported later; nginx logs the end of a
-- request, which may have started the day before; another look at a job may move the day it counts on; a call may
-- repeat what a span of the next day used
affected_days as (

    select
        usage_date,
        batch_id,
        record_count
    from gateway_days
    {% for days in range(1, var('trace_lookback_days') | int + 1) %}
    union all
    select
        {{ days_before('usage_date', -days) }} as usage_date,
        batch_id,
        0 as record_count
    from gateway_days
    where raw_table = 'otel_genai_spans'
    {% endfor %}

    union all

    select
        {{ days_before('usage_date', 1) }} as usage_date,
        batch_id,
        0 as record_count
    from gateway_days
    where raw_table = 'nginx_access_logs'

    union all

    select
        usage_date,
        batch_id || ' of another day' as batch_id,
        0 as record_count
    from {{ ref('int_linked_days') }}

    union all

    select
        polls.usage_date,
        polls.event_id || '/' || cast(polls.copy_rank as {{ dbt.type_string() }}) as batch_id,
        0 as record_count
    from {{ ref('int_job_cost_snapshots') }} as polls

),

loads as (

    select
        usage_date,
        -- a day after the run is held back until the clock has reached it
        case
            when usage_date > cast({{ latest_usage_at() }} as date) then 'after the run'
            when usage_date = cast({{ latest_usage_at() }} as date) then 'until {{ run_instant() }}'
        end as run_text,
        sum(record_count) as record_count,
        sum({{ hash_number(row_text(['batch_id', 'record_count'])) }}) as loads_number
    from affected_days
    group by 1, 2

),

rules_by_day as (

    select
        loads.usage_date,
        {% for kind in ['price', 'owner', 'reading'] -%}
        sum(case when rules.rule_kind = '{{ kind }}' then rules.rules_number end) as {{ kind }}_number,
        {% endfor -%}
        sum(rules.rules_number) as rules_number
    from loads
    inner join {{ ref('int_rule_fingerprints') }} as rules
        on
            loads.usage_date >= rules.first_date
            and loads.usage_date <= rules.last_date
    group by 1

)

select
    loads.usage_date,
    cast(loads.record_count as bigint) as record_count,
    -- what a figure of the day can have moved by: each part by itself
    md5({{ row_text(['loads.loads_number', 'loads.run_text']) }}) as loads_fingerprint,
    {% for kind in ['price', 'owner', 'reading'] -%}
    md5({{ row_text(['rules_by_day.' ~ kind ~ '_number']) }}) as {{ kind }}_fingerprint,
    {% endfor -%}
    md5({{ row_text(['loads.loads_number', 'rules_by_day.rules_number', 'loads.run_text']) }}) as day_fingerprint
from loads
left join rules_by_day
    on loads.usage_date = rules_by_day.usage_date
