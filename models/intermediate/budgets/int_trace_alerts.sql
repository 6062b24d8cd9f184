-- Traces with more steps, or more repeated calls, than a rule allows: an agent that does not stop spends on until
-- somebody sees it.
with traces as (

    select * from {{ ref('fct_traces') }}

),

repeats as (

    select
        trace_id,
        cast(sum(repeat_count) as bigint) as repeat_count
    from {{ ref('int_trace_models_daily') }}
    where repeat_count > 0
    group by 1

),

counted as (

    select
        'trace_steps' as rule_kind,
        traces.*,
        traces.step_count as observed_count
    from traces

    union all

    select
        'trace_repeats' as rule_kind,
        traces.*,
        repeats.repeat_count as observed_count
    from traces
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
inner join {{ ref('int_spend_alert_rules') }} as rules
    on
        counted.rule_kind = rules.rule_kind
        and (rules.team_id = '*' or counted.team_id = rules.team_id)
        and counted.usage_date >= rules.valid_from and counted.usage_date < rules.valid_to
        and counted.observed_count >= rules.threshold
where coalesce(counted.cost_usd, 0) >= rules.minimum_usd
