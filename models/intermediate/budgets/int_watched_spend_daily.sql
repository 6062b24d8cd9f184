{{ config(materialized='table') }}

-- What alert rules look at: each team as a whole (service *) and each of its services, for every day that is over
-- since its first use, quiet days included. Sums since the first day make every window a difference of two rows.
with charges as (

    select usage_date, team_id, service_name, amount_usd as spend_usd, 0 as work_usd, 0 as request_count
    from {{ ref('int_charges_daily') }}

    union all

    select
        usage_date, team_id, coalesce(service_name, 'none') as service_name, 0 as spend_usd,
        coalesce(cost_usd, 0) as work_usd, request_count
    from {{ ref('fct_efficiency_daily') }}

),

subjects as (

    {% for service in ["'*'", 'service_name'] %}
    select
        usage_date,
        team_id,
        {{ service }} as service_name,
        cast(sum(spend_usd) as {{ money_type() }}) as spend_usd,
        cast(sum(work_usd) as {{ money_type() }}) as work_usd,
        cast(sum(request_count) as bigint) as request_count
    from charges
    group by 1, 2, 3
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

starts as (

    select
        team_id,
        service_name,
        min(usage_date) as first_date
    from subjects
    group by 1, 2

),

days as (

    select distinct
        usage_period,
        usage_date
    from {{ ref('int_team_spend_daily') }}

),

dense as (

    select
        starts.team_id,
        starts.service_name,
        days.usage_period,
        days.usage_date,
        coalesce(subjects.spend_usd, 0) as spend_usd,
        coalesce(subjects.work_usd, 0) as work_usd,
        coalesce(subjects.request_count, 0) as request_count
    from starts
    inner join days
        on starts.first_date <= days.usage_date
    left join subjects
        on
            starts.team_id = subjects.team_id
            and starts.service_name = subjects.service_name
            and days.usage_date = subjects.usage_date

)

select
    team_id,
    service_name,
    usage_period,
    usage_date,
    cast(spend_usd as {{ money_type() }}) as spend_usd,
    cast(row_number() over one_subject as integer) as day_number,
    cast(dense_rank() over (partition by team_id, service_name order by usage_period) as integer) as month_number,
    {% for column in ['spend', 'work'] %}
    cast(sum({{ column }}_usd) over one_subject as {{ money_type() }}) as {{ column }}_so_far_usd,
    {% endfor %}
    cast(sum(request_count) over one_subject as bigint) as requests_so_far,
    cast(sum(spend_usd) over (
        partition by team_id, service_name, usage_period order by usage_date
        rows between unbounded preceding and current row
    ) as {{ money_type() }}) as month_to_date_usd
from dense
window one_subject as (partition by team_id, service_name order by usage_date)
