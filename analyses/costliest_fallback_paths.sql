-- Which retries and fallbacks cost most in the newest four weeks, and how often did they help?
with paths as (

    select * from {{ ref('fct_retry_paths_weekly') }}

),

newest as (

    select max(week_start_date) as week_start_date
    from {{ ref('fct_efficiency_weekly') }}

)

select
    paths.path_kind,
    paths.from_model,
    paths.to_model,
    sum(paths.attempt_count) as attempt_count,
    sum(paths.attempt_count) - sum(paths.failed_count) as answered_count,
    sum(paths.cost_usd) as cost_usd
from paths
inner join newest
    on paths.week_start_date > {{ days_before('newest.week_start_date', 28) }}
group by 1, 2, 3
order by 6 desc nulls last
limit 20
