-- The hours of the UTC week in which a peak or off-peak price replaces the standard one: one row per
-- provider, model, weekday and stretch of that day. A window that runs past midnight is two rows, the
-- second on the next weekday.
{{ config(materialized='table') }}

with rules as (

    select * from {{ ref('int_rate_time_rules') }}

),

days as (

    {{ rows_of_numbers('opening_weekday', range(1, 8)) }}

),

openings as (

    select
        rules.*,
        days.opening_weekday
    from rules
    inner join days
        on rules.first_weekday <= days.opening_weekday and rules.last_weekday >= days.opening_weekday

),

parts as (

    select
        *,
        opening_weekday as weekday,
        opens_second as start_second,
        case when closes_second > opens_second then closes_second else 86400 end as end_second,
        0 as days_after_opening
    from openings

    union all

    select
        *,
        opening_weekday % 7 + 1 as weekday,
        0 as start_second,
        closes_second as end_second,
        1 as days_after_opening
    from openings
    where closes_second <= opens_second and closes_second > 0

)

select
    provider,
    model,
    window_id,
    -- the windows divide the standard tier alone
    'standard' as service_tier,
    weekday,
    start_second,
    end_second,
    service_tier as priced_tier,
    excludes_holiday_calendar as calendar_id,
    days_after_opening,
    valid_from,
    valid_to
from parts
