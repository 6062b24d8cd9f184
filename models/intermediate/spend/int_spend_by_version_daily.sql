-- The spend of a day with all that a change may come from: model and prompt version, tokens and cost by kind,
-- and what was asked for again. Reports and comparisons are put together from these rows.
{{ incremental_by_day() }}

with attempts as (

    select
        *,
        {{ named_model() }} as named_model,
        is_retry or is_fallback as is_repeat,
        coalesce(request_status, '') in {{ failed_statuses() }} as has_failed
    from {{ ref('int_accepted_attempts') }}
    {{ where_days_changed() }}

)

select
    usage_date,
    {{ spend_line_key() }} as spend_line_key,
    team_id,
    service_name,
    feature,
    environment,
    prompt_version,
    provider,
    named_model as billed_model,
    count(*) as attempt_count,
    count(distinct case when counts_as_request then logical_request_id end) as request_count,
    count(distinct case when counts_as_request and not has_failed then logical_request_id end) as answered_count,
    cast(sum(case when is_repeat then 1 else 0 end) as bigint) as repeat_count,
    cast(count(latency_ms) as bigint) as timed_count,
    cast(sum(latency_ms) as {{ quantity_sum_type() }}) as total_latency_ms,
    {% for kind in meter_kinds() if kind != 'call' %}
    cast(sum({{ quantity_of_kind(kind) }}) as bigint) as {{ kind }}_tokens,
    {% endfor %}
    {% for kind in meter_kinds() %}
    cast(sum({{ cost_of_kind(kind) }}) as {{ money_type() }}) as {{ kind }}_cost_usd,
    {% endfor %}
    cast(sum(case when is_repeat then cost_usd end) as {{ money_type() }}) as repeat_cost_usd,
    cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
    cast(sum(case when cost_usd is null then 1 else 0 end) as bigint) as unpriced_count
from attempts
group by 1, 2, 3, 4, 5, 6, 7, 8, 9
