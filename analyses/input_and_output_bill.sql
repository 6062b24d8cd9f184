-- What does the input cost, and what the output, by team and model and month? The rest of the cost is fees per call.
select
    period_start_date,
    team_id,
    billed_model,
    sum(input_tokens) as input_tokens,
    sum(output_tokens) as output_tokens,
    sum(input_cost_usd) as input_cost_usd,
    sum(output_cost_usd) as output_cost_usd,
    sum(cost_usd) as cost_usd
from {{ ref('fct_chargeback_report') }}
where period_grain = 'month'
group by 1, 2, 3
order by 1 desc, 8 desc nulls last, 2 asc, 3 asc
