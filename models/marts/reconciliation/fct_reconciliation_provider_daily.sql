with summed as (

    select
        usage_date,
        provider,
        {{ rolled_up_sums() }}
    from {{ ref('fct_reconciliation_daily') }}
    group by 1, 2

),

judged as (

    {{ judged_totals("'day'", 'usage_date') }}

)

select
    *,
    {{ total_status() }} as total_status
from judged
