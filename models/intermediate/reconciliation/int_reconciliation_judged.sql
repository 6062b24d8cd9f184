-- Each line beside the bill it is on, the tolerance of its day and whether the bill is final.
with split as (

    select * from {{ ref('int_reconciliation_split') }}

),

buckets as (

    select * from {{ ref('int_bill_buckets') }}

),

tolerances as (

    select
        provider,
        tolerance_version,
        absolute_usd,
        relative,
        {{ validity_dates() }}
    from {{ ref('reconciliation_tolerances') }}

),

lags as (

    select
        provider,
        settles_after_days,
        {{ validity_dates() }}
    from {{ ref('settlement_lags') }}

)

select
    split.*,
    buckets.usage_date is not null as has_bill,
    buckets.pulled_at as bill_pulled_at,
    tolerances.tolerance_version,
    cast(
        greatest(tolerances.absolute_usd, tolerances.relative * abs(coalesce(split.provider_cost_usd, 0)))
        as {{ money_type() }}
    ) as tolerance_usd,
    coalesce(
        buckets.pulled_at
        >= cast({{ days_before('split.usage_date', '(-1 - lags.settles_after_days)') }} as timestamp),
        false
    ) as is_settled
from split
left join buckets
    on
        split.provider = buckets.provider
        and split.billing_account_id = buckets.billing_account_id
        and split.usage_date = buckets.usage_date
left join tolerances
    on
        split.provider = tolerances.provider
        and split.usage_date >= tolerances.valid_from and split.usage_date < tolerances.valid_to
left join lags
    on
        split.provider = lags.provider
        and split.usage_date >= lags.valid_from and split.usage_date < lags.valid_to
