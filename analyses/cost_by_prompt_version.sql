-- Which prompt versions does the money go to, and what does an answer of each cost? Cost of all use without a
-- prompt version is one line, so that the lines sum to the spend.
select
    coalesce(prompt_version, 'none') as prompt_version,
    feature,
    billed_model,
    sum(request_count) as request_count,
    sum(answered_count) as answered_count,
    sum(cost_usd) as cost_usd,
    sum(unpriced_count) as unpriced_count
from {{ ref('fct_model_success_daily') }}
where usage_date >= {{ days_before(run_date(), 30) }}
group by 1, 2, 3
order by 6 desc nulls last, 1 asc, 2 asc, 3 asc
