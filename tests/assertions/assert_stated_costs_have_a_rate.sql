-- Harm: a gateway's own figure in a currency of which nobody has written down the rate looks like no figure at all.
{{ config(
    severity='warn',
    meta={'says': 'Costs of gateways in a currency without a rate', 'look_at': 'intermediate.int_stated_results'},
) }}

select
    unknown_currency,
    count(*) as record_count,
    sum(unknown_cost) as unknown_cost,
    min(usage_date) as first_date,
    max(usage_date) as last_date
from {{ ref('int_stated_results') }}
where unknown_cost is not null and usage_date >= {{ days_before(run_date(), 30) }}
group by unknown_currency
