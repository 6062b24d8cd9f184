-- Who was answered by another model than the one asked for in the last four weeks, unsaid, and what did it cost?
select
    team_id,
    service_name,
    source_system,
    provider,
    requested_model,
    billed_model,
    sum(attempt_count) as attempt_count,
    sum(cost_usd) as cost_usd,
    sum(requested_model_cost_usd) as requested_model_cost_usd,
    sum(difference_usd) as difference_usd,
    sum(uncompared_count) as uncompared_count
from {{ ref('fct_model_drift_daily') }}
where model_drift = 'unstated_substitution' and usage_date >= {{ days_before(run_date(), 28) }}
group by 1, 2, 3, 4, 5, 6
order by 10 desc nulls last, 8 desc nulls last
limit 50
