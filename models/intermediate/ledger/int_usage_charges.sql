-- What each owner's usage of a month costs as known today. A day whose bill is not final is accrued;
-- of providers whose bill is never read (no settlement lag) nothing is.
with charges as (

    select * from {{ ref('int_charges_daily') }}

),

state as (

    select * from {{ ref('int_posting_state') }}

),

lags as (

    select
        provider,
        settles_after_days,
        {{ validity_dates() }}
    from {{ ref('settlement_lags') }}

),

buckets as (

    select * from {{ ref('int_billed_days') }}

),

judged as (

    select
        charges.*,
        charges.loaded_at > state.last_posted_at as is_late,
        lags.provider is not null
        and coalesce(
            buckets.pulled_at
            < cast({{ days_before('charges.usage_date', '(-1 - lags.settles_after_days)') }} as timestamp),
            true
        ) as is_accrued
    from charges
    cross join state
    left join lags
        on
            charges.provider = lags.provider
            and charges.usage_date >= lags.valid_from and charges.usage_date < lags.valid_to
    left join buckets
        on
            charges.provider = buckets.provider
            and charges.billing_account_id = buckets.billing_account_id
            and charges.usage_date = buckets.usage_date

)

select
    usage_period,
    'usage' as charge_type,
    'requests' as source_ref,
    team_id,
    cost_center_id,
    service_name,
    feature,
    environment,
    provider,
    billed_model,
    max(price_card_version) as price_card_version,
    cast(sum(amount_usd) as {{ money_type() }}) as amount_usd,
    cast(sum(case when is_accrued then amount_usd else 0 end) as {{ money_type() }}) as accrued_usd,
    cast(sum(case when is_late then amount_usd else 0 end) as {{ money_type() }}) as late_usd,
    cast(sum(attempt_count) as bigint) as attempt_count,
    cast(sum(case when is_accrued then attempt_count else 0 end) as bigint) as accrued_attempt_count,
    cast(sum(case when is_late then attempt_count else 0 end) as bigint) as late_attempt_count,
    cast(sum(unpriced_count) as bigint) as unpriced_count,
    cast(sum(case when is_late then unpriced_count else 0 end) as bigint) as late_unpriced_count
from judged
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
