-- How far the month's use had come on each scale before and after each day, and in all so far. Dollars count in
-- millionths, cut: what a day adds is the difference of two sums, so that nothing is lost.
with days as (

    select
        scale_key,
        contract_id,
        usage_period,
        usage_date,
        counted_in,
        sum(quantity) as quantity,
        cast(coalesce(sum(cost_usd), 0) as {{ money_type() }}) as cost_usd
    from {{ ref('int_tiered_usage_daily') }}
    group by 1, 2, 3, 4, 5

),

running as (

    select
        *,
        cast(sum(quantity) over (partition by scale_key, usage_period order by usage_date) as {{ quantity_sum_type() }})
            as used_quantity,
        cast(sum(cost_usd) over (partition by scale_key, usage_period order by usage_date) as {{ money_type() }})
            as used_usd
    from days

),

counted as (

    select
        *,
        cast(
            case counted_in when 'usd' then floor(used_usd * cast(1000000 as decimal(7, 0))) else used_quantity end
            as {{ quantity_sum_type() }}
        ) as units_after
    from running

)

select
    scale_key,
    contract_id,
    usage_period,
    usage_date,
    cost_usd,
    coalesce(lag(units_after) over (partition by scale_key, usage_period order by usage_date), 0) as units_before,
    units_after,
    max(units_after) over (partition by scale_key, usage_period) as month_units
from counted
