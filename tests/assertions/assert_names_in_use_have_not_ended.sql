-- Harm: a provider stops a model and serves another one under its name, at its price, or none at all soon; the bill is
-- right, and nobody notices that the application asks for what is no more. A warning, on the use of the last 30 days.
{{ config(
    severity='warn',
    meta={'says': 'Names of models that ended and are still in use', 'look_at': 'marts.fct_ended_names_daily'},
) }}

select
    provider,
    model_name,
    how_it_ended,
    became_model,
    ended_at,
    sum(attempt_count) as attempt_count,
    sum(unpriced_count) as unpriced_count,
    sum(cost_usd) as cost_usd
from {{ ref('fct_ended_names_daily') }}
where usage_date >= {{ days_before(run_date(), 30) }}
group by 1, 2, 3, 4, 5
