-- Harm: a report by team, by piece of work or by trace that adds up to more or less than was priced, for
-- any day, is a bill nobody can defend. Longer periods, and traces, are compared with what each day was found to be.
{% set views = {
    'fct_spend_daily': 'attempt_count', 'fct_logical_requests': 'attempt_count',
    'fct_attribution_coverage_daily': 'attempt_count', 'fct_efficiency_daily': 'attempt_count',
    'fct_model_success_daily': 'attempt_count', 'int_trace_days': 'step_count',
} %}
with requests as (

    select
        usage_date,
        coalesce(sum(cost_usd), 0) as cost_usd,
        count(*) as attempt_count,
        coalesce(sum(case when trace_id is not null then cost_usd end), 0) as traced_cost_usd,
        count(trace_id) as traced_count
    from {{ ref('fct_priced_requests') }}
    {{ where_days_to_check() }}
    group by 1

),

-- for each table by itself, so that a day which one of them lacks is found
priced as (

    {% for mart in views %}
    select
        '{{ mart }}' as mart,
        usage_date,
        {% if mart == 'int_trace_days' %}
        traced_cost_usd as cost_usd,
        traced_count as attempt_count
        {% else %}
        cost_usd,
        attempt_count
        {% endif %}
    from requests
    {% if mart == 'int_trace_days' %}
    where traced_count > 0
    {% endif %}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

views as (

    {% for mart, attempts in views.items() %}
    select
        '{{ mart }}' as mart,
        usage_date,
        coalesce(sum(cost_usd), 0) as cost_usd,
        sum({{ attempts }}) as attempt_count
    from {{ ref(mart) }}
    {{ where_days_to_check() }}
    group by 1, 2
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- the lines of a report that are zeros, because their use ended, add nothing
reports as (

    select
        period_grain,
        period_start_date,
        coalesce(sum(cost_usd), 0) as cost_usd,
        sum(attempt_count) as attempt_count
    from {{ ref('fct_chargeback_report') }}
    group by 1, 2

    union all

    select
        'month of users' as period_grain,
        usage_period as period_start_date,
        coalesce(sum(cost_usd), 0) as cost_usd,
        sum(attempt_count) as attempt_count
    from {{ ref('fct_user_spend_monthly') }}
    group by 1, 2

    union all

    select
        period_grain,
        period_start_date,
        coalesce(sum(cost_usd), 0) as cost_usd,
        sum(attempt_count) as attempt_count
    from {{ ref('fct_spend_quarterly') }}
    group by 1, 2

),

reported_days as (

    {% for view, grain in {
        'week': 'week', 'month': 'month', 'month of users': 'month', 'quarter': 'quarter', 'year': 'year',
    }.items() %}
    select
        '{{ view }}' as period_grain,
        {{ period_of(grain, 'usage_date') }} as period_start_date,
        coalesce(sum(cost_usd), 0) as cost_usd,
        sum(attempt_count) as attempt_count
    from {{ ref('fct_spend_daily') }}
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

all_trace_days as (

    select
        coalesce(sum(cost_usd), 0) as cost_usd,
        coalesce(sum(step_count), 0) as attempt_count
    from {{ ref('int_trace_days') }}

)

select
    coalesce(priced.mart, views.mart) as mart,
    coalesce(priced.usage_date, views.usage_date) as usage_date,
    priced.cost_usd as priced_usd,
    views.cost_usd as view_usd
from priced
full outer join views
    on priced.mart = views.mart and priced.usage_date = views.usage_date
where
    priced.cost_usd is null
    or views.cost_usd is null
    or priced.cost_usd != views.cost_usd
    or priced.attempt_count != views.attempt_count

union all

select
    'fct_traces' as mart,
    cast(null as date) as usage_date,
    all_trace_days.cost_usd as priced_usd,
    traces.cost_usd as view_usd
from all_trace_days
cross join traces
where
    all_trace_days.cost_usd != traces.cost_usd
    or all_trace_days.attempt_count != traces.attempt_count

union all

select
    'by ' || coalesce(reports.period_grain, reported_days.period_grain) as mart,
    coalesce(reports.period_start_date, reported_days.period_start_date) as usage_date,
    reported_days.cost_usd as priced_usd,
    reports.cost_usd as view_usd
from reported_days
full outer join reports
    on
        reported_days.period_grain = reports.period_grain
        and reported_days.period_start_date = reports.period_start_date
where
    reported_days.cost_usd is null
    or reports.cost_usd is null
    or reported_days.cost_usd != reports.cost_usd
    or reported_days.attempt_count != reports.attempt_count
