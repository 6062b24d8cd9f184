-- Each day of use with a fingerprint of what its meters are put together from: its usage as it was built, what the bill
-- leaves out or does not tell apart, and what tiers change. A day that none of it touches stays as it is.
{{ config(materialized='table') }}

-- depends_on: {{ ref('int_metered_usage_daily') }}
with parts as (

    select
        usage_date,
        {{ hash_number(row_text(['day_fingerprint'])) }} as part_number
    from {{ built_days_table() }}
    where model_name = 'int_metered_usage_daily'

    union all

    select distinct
        usage_date,
        {{ hash_number(row_text(['provider', 'billing_account_id', 'meter'])) }} as part_number
    from {{ ref('int_bill_lines') }}
    where meter = 'all_tokens'

    union all

    select
        adjustments.usage_date,
        {{ row_hash('adjustments') }} as part_number
    from {{ ref('int_tier_adjustments') }} as adjustments

),

days as (

    select
        usage_date,
        sum(part_number) as parts_number
    from parts
    group by 1

),

absent_tiers as (

    select sum({{ row_hash('bill_absent_tiers') }}) as tiers_number from {{ ref('bill_absent_tiers') }}

)

select
    'day' as period_grain,
    days.usage_date as period_start_date,
    md5({{ row_text(['days.parts_number', 'absent_tiers.tiers_number']) }}) as period_fingerprint
from days
cross join absent_tiers
