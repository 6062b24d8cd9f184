-- Each day of an account on which either side has something, with its bill and the day on which its difference could
-- be known: when the day was settled and the bill last changed. A pull that says the same again changes nothing.
with changes as (

    select
        provider,
        bill_source,
        billing_account_id,
        usage_date,
        max(changed_at) as last_changed_at
    from {{ ref('int_bill_changes') }}
    where change_usd != 0
    group by 1, 2, 3, 4

),

buckets as (

    select * from {{ ref('int_billed_days') }}

),

days as (

    select
        provider,
        billing_account_id,
        usage_date,
        max(settles_on) as settles_on,
        min(case when is_settled then 1 else 0 end) = 1 as is_settled,
        min(case when has_bill then 1 else 0 end) = 1 as has_bill,
        cast(coalesce(sum(gateway_cost_usd), 0) as {{ money_type() }}) as gateway_cost_usd
    from {{ ref('int_reconciliation_judged') }}
    where not is_reconciling_item
    group by 1, 2, 3

)

select
    days.*,
    buckets.pulled_at as bill_pulled_at,
    case
        when cast(changes.last_changed_at as date) > days.settles_on then cast(changes.last_changed_at as date)
        else days.settles_on
    end as found_date
from days
left join buckets
    on
        days.provider = buckets.provider
        and days.billing_account_id = buckets.billing_account_id
        and days.usage_date = buckets.usage_date
left join changes
    on
        buckets.provider = changes.provider
        and buckets.bill_source = changes.bill_source
        and buckets.billing_account_id = changes.billing_account_id
        and buckets.usage_date = changes.usage_date
