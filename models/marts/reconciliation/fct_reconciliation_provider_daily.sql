select
    usage_date,
    provider,
    {{ rolled_up_sums() }}
from {{ ref('fct_reconciliation_daily') }}
group by 1, 2
