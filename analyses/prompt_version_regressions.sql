-- Which prompt versions answer at more length than the one before, and what does that cost?
select
    team_id,
    service_name,
    feature,
    billed_model,
    previous_prompt_version,
    prompt_version,
    first_usage_date,
    previous_output_tokens_per_attempt,
    output_tokens_per_attempt,
    output_rise,
    attempt_count,
    extra_output_cost_usd
from {{ ref('fct_prompt_regressions') }}
order by extra_output_cost_usd desc
limit 20
