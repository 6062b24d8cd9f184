-- The ten traces, and requests without a trace, that cost most of each week: which they are is asked of the weeks that
-- changed alone.
{{ incremental_by_period('int_spend_periods', 'week_start_date', "'week'") }}

-- the requests are read twice: PostgreSQL would keep all columns of what one step hands to two
with costs as (

    select
        {{ week_of('usage_date') }} as week_start_date,
        {{ trace_or_request() }} as trace_or_request,
        cost_usd
    from {{ ref('int_accepted_attempts') }}
    {{ where_days_of_periods_changed('int_spend_periods', 'week') }}

),

work as (

    select
        week_start_date,
        trace_or_request,
        sum(cost_usd) as whole_cost_usd
    from costs
    where cost_usd > 0
    group by 1, 2

),

ranked as (

    select
        *,
        row_number() over (
            partition by week_start_date order by whole_cost_usd desc, trace_or_request asc
        ) as cost_rank
    from work

),

attempts as (

    select
        *,
        {{ week_of('usage_date') }} as week_start_date,
        {{ trace_or_request() }} as trace_or_request,
        {{ named_model() }} as named_model
    from {{ ref('int_accepted_attempts') }}
    {{ where_days_of_periods_changed('int_spend_periods', 'week') }}

),

steps as (

    select
        ranked.cost_rank,
        attempts.*,
        row_number() over (
            partition by ranked.week_start_date, ranked.trace_or_request
            order by attempts.cost_usd desc nulls last, attempts.request_key asc
        ) as step_rank
    from ranked
    inner join attempts
        on ranked.week_start_date = attempts.week_start_date and ranked.trace_or_request = attempts.trace_or_request
    where ranked.cost_rank <= 10

)

select
    week_start_date,
    cast(max(cost_rank) as integer) as cost_rank,
    trace_or_request,
    min(usage_at) as first_usage_at,
    {% for column in ['team_id', 'service_name', 'feature', 'prompt_version', 'customer_id', 'request_key'] %}
    max(case when step_rank = 1 then {{ column }} end) as {{ column }},
    {% endfor %}
    max(case when step_rank = 1 then named_model end) as billed_model,
    cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
    cast(max(cost_usd) as {{ money_type() }}) as costliest_step_cost_usd,
    count(*) as attempt_count,
    cast(sum(case when is_retry or is_fallback then 1 else 0 end) as bigint) as repeat_count,
    cast(sum({{ sum_of(meters() | selectattr('in_tier') | map(attribute='quantity')) }}) as bigint) as input_tokens,
    cast(sum(cache_read_tokens) as bigint) as cache_read_tokens,
    cast(sum({{ quantity_of_kind('output') }}) as bigint) as output_tokens,
    cast(sum(latency_ms) as bigint) as latency_ms,
    cast(sum(case when cost_usd is null then 1 else 0 end) as bigint) as unpriced_count
from steps
group by 1, 3
