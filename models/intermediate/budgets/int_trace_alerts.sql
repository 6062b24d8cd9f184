-- Traces with more steps, or more repeated calls, than a rule allows: an agent that does not stop spends on until
-- somebody sees it. A table, so that each of its readers and tests need not go through all traces.
{{ config(materialized='table') }}

{% set columns = ['trace_id', 'usage_date', 'team_id', 'service_name', 'cost_usd', 'costliest_request_key'] %}
with rules as (

    select * from {{ ref('int_spend_alert_rules') }}

),

-- what is below the threshold of every rule goes no further
repeats as (

    select
        trace_id,
        cast(sum(repeat_count) as bigint) as repeat_count
    from {{ ref('int_trace_models_daily') }}
    where repeat_count > 0
    group by 1
    having
        sum(repeat_count) >= (
            select min(rules.threshold) from rules
            where rules.rule_kind = 'trace_repeats'
        )

),

counted as (

    select
        'trace_steps' as rule_kind,
        {{ columns | join(', ') }},
        step_count as observed_count
    from {{ ref('fct_traces') }}
    where
        step_count >= (
            select min(rules.threshold) from rules
            where rules.rule_kind = 'trace_steps'
        )

    union all

    select
        'trace_repeats' as rule_kind,
        traces.{{ columns | join(', traces.') }},
        repeats.repeat_count as observed_count
    from {{ ref('fct_traces') }} as traces
    inner join repeats
        on traces.trace_id = repeats.trace_id

)

select
    rules.rule_id,
    rules.rule_kind,
    rules.severity,
    counted.team_id,
    coalesce(counted.service_name, 'none') as service_name,
    counted.usage_date,
    rules.threshold,
    counted.cost_usd as observed_usd,
    counted.observed_count,
    counted.trace_id,
    counted.costliest_request_key
from counted
inner join rules
    on
        counted.rule_kind = rules.rule_kind
        and (rules.team_id = '*' or counted.team_id = rules.team_id)
        and counted.usage_date >= rules.valid_from and counted.usage_date < rules.valid_to
        and counted.observed_count >= rules.threshold
where coalesce(counted.cost_usd, 0) >= rules.minimum_usd
