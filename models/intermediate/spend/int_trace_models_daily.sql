-- What each model and prompt version did in a trace on a day: what a costly trace is explained by, and whom an
-- outcome is credited to.
{{ incremental_by_day() }}

with attempts as (

    select
        *,
        {{ named_model() }} as named_model
    from {{ ref('int_accepted_attempts') }}
    {{ where_days_changed() }}

)

select
    usage_date,
    trace_id,
    named_model as billed_model,
    coalesce(prompt_version, 'none') as prompt_version,
    count(*) as attempt_count,
    cast(sum(case when is_retry or is_fallback then 1 else 0 end) as bigint) as repeat_count,
    {% for kind in meter_kinds() if kind != 'call' %}
    cast(sum({{ quantity_of_kind(kind) }}) as bigint) as {{ kind }}_tokens,
    {% endfor %}
    cast(sum(latency_ms) as bigint) as latency_ms,
    max(customer_id) as customer_id,
    cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
    cast(sum(case when cost_usd is null then 1 else 0 end) as bigint) as unpriced_count
from attempts
where trace_id is not null
group by 1, 2, 3, 4
{{ in_order_of_days() }}
