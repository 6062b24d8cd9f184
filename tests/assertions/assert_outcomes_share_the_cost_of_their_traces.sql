-- Harm: a trace, or a request without one, that is counted once for each of its outcomes makes every outcome dear,
-- and one that is lost makes it cheap. The days of a trace sum to it, and are the smaller table to look through.
with outcomes as (

    select coalesce(sum(cost_usd), 0) as cost_usd
    from {{ ref('fct_outcome_costs_daily') }}

),

traces as (

    select coalesce(sum(cost_usd), 0) as cost_usd
    from {{ ref('int_trace_days') }}
    where trace_id in (
            select events.trace_id from {{ ref('int_business_events') }} as events
            where not events.is_revenue
        )

),

alone as (

    select distinct
        usage_date,
        logical_request_id,
        outcome_cost_usd
    from {{ ref('int_stated_results') }}
    where
        trace_id is null
        and {{ outcome_of_request() }} in (
            select events.trace_id from {{ ref('int_business_events') }} as events
            where not events.is_revenue
        )

),

requests as (

    select coalesce(sum(outcome_cost_usd), 0) as cost_usd
    from alone

)

select
    outcomes.cost_usd as outcomes_usd,
    traces.cost_usd + requests.cost_usd as traces_usd
from outcomes
cross join traces
cross join requests
where outcomes.cost_usd != traces.cost_usd + requests.cost_usd
