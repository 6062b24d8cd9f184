-- Which retries, fallbacks and fan-outs cost most in the last four weeks, this one included, why were they made, and
-- how often did they help?
with paths as (

    select * from {{ ref('fct_retry_paths_weekly') }}

)

select
    paths.path_kind,
    paths.attempt_reason,
    paths.from_model,
    paths.to_model,
    sum(paths.attempt_count) as attempt_count,
    sum(paths.attempt_count) - sum(paths.failed_count) as answered_count,
    sum(paths.cost_usd) as cost_usd
from paths
where paths.week_start_date > {{ days_before(week_of(run_date()), 28) }}
group by 1, 2, 3, 4
order by 7 desc nulls last
limit 20
