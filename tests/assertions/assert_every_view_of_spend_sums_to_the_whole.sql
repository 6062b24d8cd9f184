-- Harm: a report by team, by piece of work or by trace that adds up to more or less than was priced, for
-- any day, is a bill nobody can defend.
with requests as (

    select
        usage_date,
        coalesce(sum(cost_usd), 0) as cost_usd,
        count(*) as attempt_count
    from {{ ref('fct_priced_requests') }}
    group by 1

),

views as (

    {% for mart in [
        'fct_spend_daily', 'fct_logical_requests', 'fct_attribution_coverage_daily', 'fct_efficiency_daily'
    ] %}
    select
        '{{ mart }}' as mart,
        usage_date,
        coalesce(sum(cost_usd), 0) as cost_usd,
        sum(attempt_count) as attempt_count
    from {{ ref(mart) }}
    group by 1, 2
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

traces as (

    select
        coalesce(sum(cost_usd), 0) as cost_usd,
        coalesce(sum(step_count), 0) as attempt_count
    from {{ ref('fct_traces') }}

),

traced_requests as (

    select
        coalesce(sum(cost_usd), 0) as cost_usd,
        count(*) as attempt_count
    from {{ ref('fct_priced_requests') }}
    where trace_id is not null

)

select
    views.mart,
    coalesce(requests.usage_date, views.usage_date) as usage_date,
    requests.cost_usd as priced_usd,
    views.cost_usd as view_usd
from requests
full outer join views
    on requests.usage_date = views.usage_date
where
    requests.cost_usd is null
    or views.cost_usd is null
    or requests.cost_usd != views.cost_usd
    or requests.attempt_count != views.attempt_count

union all

select
    'fct_traces' as mart,
    cast(null as date) as usage_date,
    traced_requests.cost_usd as priced_usd,
    traces.cost_usd as view_usd
from traced_requests
cross join traces
where
    traced_requests.cost_usd != traces.cost_usd
    or traced_requests.attempt_count != traces.attempt_count
