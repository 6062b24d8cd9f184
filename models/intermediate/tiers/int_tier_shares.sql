-- Which part of a day's use is in which tier. Where all use gets the price of the tier reached, that is the whole
-- day's; where only the use above does, what of the day lies in the tier's span. A day that adds less than the
-- unit of the count lies in one tier.
with days as (

    select * from {{ ref('int_tier_days') }}

),

tiers as (

    select * from {{ ref('int_contract_tiers') }}

),

placed as (

    select
        days.scale_key,
        days.usage_date,
        days.units_after - days.units_before as day_units,
        least(days.units_after, tiers.to_units) - greatest(days.units_before, tiers.from_units) as units_within,
        tiers.holds_for = 'all' or days.units_after = days.units_before as is_whole_day,
        case when tiers.holds_for = 'all' then days.month_units else days.units_after end as reached_units,
        tiers.from_units,
        tiers.to_units,
        tiers.discount_millionths,
        tiers.rate_usd
    from days
    inner join tiers
        on days.scale_key = tiers.scale_key

)

select
    scale_key,
    usage_date,
    from_units,
    case when is_whole_day then 1 else units_within end as tier_units,
    case when is_whole_day then 1 else day_units end as day_units,
    discount_millionths,
    rate_usd
from placed
where
    (is_whole_day and reached_units >= from_units and reached_units < to_units)
    or (not is_whole_day and units_within > 0)
