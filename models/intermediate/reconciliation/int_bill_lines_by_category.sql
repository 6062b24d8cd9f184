-- The lines of the bill that counts, placed for the reconciliation: what no gateway can see stands under the
-- name of its category instead of a meter, for all models.
with lines as (

    select * from {{ ref('int_bill_lines') }}

)

select
    usage_date,
    provider,
    billing_account_id,
    case when is_reconciling_item then 'all models' else billed_model end as billed_model,
    case
        when not is_reconciling_item then meter
        when line_category is null or line_category = 'usage' then 'absent_usage'
        else line_category
    end as meter,
    is_reconciling_item,
    service_tier,
    sub_account_id,
    credential_id,
    tags,
    description,
    charge_day_count,
    currency,
    quantity,
    amount,
    amount_usd,
    source_file,
    line_number
from lines
