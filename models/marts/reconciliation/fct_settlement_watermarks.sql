-- How far each provider's bill can be trusted: a day is settled when its bill was pulled late enough.
with lines as (

    select * from {{ ref('fct_reconciliation_daily') }}

),

days as (

    select
        provider,
        billing_account_id,
        usage_date,
        min(case when is_settled then 1 else 0 end) as is_settled,
        min(settles_on) as settles_on,
        max(settlement_version) as settlement_version,
        max(bill_pulled_at) as bill_pulled_at,
        sum(abs(variance_usd)) as gross_variance_usd
    from lines
    group by 1, 2, 3

),

billed as (

    select
        *,
        min(case when bill_pulled_at is not null then usage_date end) over (
            partition by provider, billing_account_id
        ) as first_billed_date,
        max(case when is_settled = 1 then usage_date end) over (
            partition by provider, billing_account_id
        ) as newest_settled_date
    from days

)

select
    provider,
    billing_account_id,
    max(settlement_version) as settlement_version,
    max(first_billed_date) as first_billed_date,
    max(case when bill_pulled_at is not null then usage_date end) as last_billed_date,
    max(bill_pulled_at) as last_pulled_at,
    max(newest_settled_date) as newest_settled_date,
    -- everything before it is final; days before the first bill do not hold it back
    min(case when is_settled = 0 and usage_date >= first_billed_date then usage_date end) as first_unsettled_date,
    cast(sum(case when is_settled = 0 then 1 else 0 end) as bigint) as unsettled_day_count,
    cast(sum(case when bill_pulled_at is null then 1 else 0 end) as bigint) as unbilled_day_count,
    cast(sum(case when is_settled = 0 then gross_variance_usd else 0 end) as {{ money_type() }})
        as unsettled_gross_variance_usd
from billed
group by 1, 2
