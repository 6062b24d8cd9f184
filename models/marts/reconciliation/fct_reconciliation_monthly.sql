with summed as (

    select
        {{ month_of('usage_date') }} as usage_month_date,
        provider,
        billing_account_id,
        {{ rolled_up_sums() }}
    from {{ ref('fct_reconciliation_daily') }}
    group by 1, 2, 3

),

judged as (

    {{ judged_totals("'month'", 'usage_month_date') }}

)

select
    *,
    {{ total_status() }} as total_status
from judged
