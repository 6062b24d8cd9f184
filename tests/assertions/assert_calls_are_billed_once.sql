-- Harm: a record of an application that may be the sum of calls which another system has logged, too, is money that may
-- be charged twice. What equals its calls is left out; this one covers them and does not equal them. A warning, on the
-- use of the last 30 days: only whoever wrote the record can say.
{{ config(
    severity='warn',
    meta={'says': 'Records that may repeat calls of another system', 'look_at': 'marts.fct_priced_requests'},
) }}

select
    request_key,
    usage_date,
    source_system,
    trace_id,
    span_id,
    provider,
    {{ named_model() }} as model,
    team_id,
    cost_usd,
    source_file,
    line_number
from {{ ref('fct_priced_requests') }}
where usage_quality = 'may_repeat' and usage_date >= {{ days_before(run_date(), 30) }}
order by cost_usd desc
