-- Each outcome with what its trace cost, and the model and prompt version that cost most of it. The outcomes of
-- one trace share its cost evenly; what does not divide is on the first, so that the parts sum to the trace.
{{ config(materialized='table') }}

with events as (

    select
        *,
        count(*) over (partition by trace_id) as alike_count,
        row_number() over (partition by trace_id order by event_id) as event_rank
    from {{ ref('int_business_events') }}
    where not is_revenue

),

-- of each table by itself: DuckDB would stack all traces first
steps as (

    select
        trace_id,
        billed_model,
        prompt_version,
        cost_usd
    from {{ ref('int_trace_models_daily') }}
    where trace_id in (select events.trace_id from events)

    union all

    -- a request without a trace, however many of its attempts speak of its outcome
    select distinct
        {{ outcome_of_request() }} as trace_id,
        billed_model,
        coalesce(prompt_version, 'none') as prompt_version,
        outcome_cost_usd as cost_usd
    from {{ ref('int_stated_results') }}
    where
        trace_id is null and billed_model is not null
        and {{ outcome_of_request() }} in (select events.trace_id from events)

),

parts as (

    select
        trace_id,
        billed_model,
        prompt_version,
        sum(cost_usd) as cost_usd
    from steps
    group by 1, 2, 3

),

ranked as (

    select
        *,
        sum(cost_usd) over (partition by trace_id) as trace_cost_usd,
        row_number() over (
            partition by trace_id order by cost_usd desc nulls last, billed_model asc, prompt_version asc
        ) as cost_rank
    from parts

),

shared as (

    select
        events.event_id,
        events.event_date,
        events.event_type,
        events.is_successful,
        events.customer_id,
        events.feature,
        events.alike_count,
        events.event_rank,
        ranked.trace_id is not null as has_trace,
        coalesce(ranked.billed_model, 'none') as billed_model,
        coalesce(ranked.prompt_version, 'none') as prompt_version,
        cast(ranked.trace_cost_usd as {{ money_type() }}) as trace_cost_usd,
        {{ prorate('cast(ranked.trace_cost_usd as ' ~ money_type() ~ ')', '1', 'events.alike_count') }} as part_usd
    from events
    left join ranked
        on events.trace_id = ranked.trace_id and ranked.cost_rank = 1

)

select
    event_id,
    event_date,
    event_type,
    is_successful,
    customer_id,
    feature,
    has_trace,
    billed_model,
    prompt_version,
    cast(
        case when event_rank = 1 then trace_cost_usd - part_usd * (alike_count - 1) else part_usd end
        as {{ money_type() }}
    ) as cost_usd
from shared
