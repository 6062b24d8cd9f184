-- Harm: thirty lines of a dollar too much, or a bill twice as high in small amounts, are within tolerance line by
-- line and nobody looks at the whole. A warning, or with --vars 'strict_reconciliation: true' a failure.
{{ config(
    severity='error' if var('strict_reconciliation') else 'warn',
    meta={'says': 'Months of a bill that are off as a whole', 'look_at': 'marts.fct_reconciliation_totals'},
) }}

select
    usage_month_date,
    provider,
    billing_account_id,
    settled_bill_usd,
    undecided_variance_usd,
    materiality_usd
from {{ ref('fct_reconciliation_monthly') }}
where total_status = 'breach'
