{{ config(materialized='table') }}

-- Each portion split by driver. The parts sum to it exactly, by largest remainder: each part is cut after 15
-- decimals, and the units that are then missing go to the parts that lost most. A portion without a driver
-- stays with the central team of the pool by whose rule it goes; capacity that was not used is borne by one owner.
with portions as (

    select
        portions.*,
        coalesce(rules.pool_id, portions.pool_id) as last_pool_id,
        abs(portions.amount_usd) as size_usd
    from {{ ref('int_allocation_portions') }} as portions
    left join {{ ref('allocation_rules') }} as rules
        on portions.rule_id = rules.rule_id

),

pools as (

    select * from {{ ref('allocation_pools') }}

),

shares as (

    select
        portions.*,
        coalesce(drivers.team_id, portions.bearer_team_id, pools.central_team_id) as team_id,
        coalesce(drivers.cost_center_id, portions.bearer_cost_center_id, pools.central_cost_center_id)
            as cost_center_id,
        coalesce(drivers.driver_units, 1) as driver_units,
        coalesce(drivers.total_units, 1) as total_units,
        drivers.rule_id is not null as is_allocated
    from portions
    inner join pools
        on portions.last_pool_id = pools.pool_id
    left join {{ ref('int_allocation_drivers') }} as drivers
        on
            portions.rule_id = drivers.rule_id
            and portions.portion_date = drivers.portion_date
            and portions.bearer_team_id is null

),

cut as (

    select
        *,
        {{ prorate('size_usd', 'driver_units', 'total_units') }} as cut_usd,
        {{ prorate_remainder('size_usd', 'driver_units', 'total_units') }} as remainder
    from shares

),

footed as (

    select
        *,
        {{ with_missing_units(
            'cut_usd', 'remainder', 'size_usd', ['pool_id', 'source_ref', 'version', 'portion_date', 'charge_type'],
            'team_id, cost_center_id',
        ) }} as part_usd
    from cut

)

select
    pool_id,
    rule_id,
    usage_period,
    portion_date,
    source_ref,
    version,
    charge_type,
    provider,
    is_accrued,
    is_allocated,
    team_id,
    cost_center_id,
    driver_units,
    total_units,
    cast(amount_usd as {{ money_type() }}) as portion_usd,
    cast(case when amount_usd < 0 then -part_usd else part_usd end as {{ money_type() }}) as part_usd
from footed
