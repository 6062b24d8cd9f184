-- Costs of reserved capacity as they are today, and what of each was used. The ledger charges the parts; of a closed
-- month it keeps those that were posted, and posts what changes since.
with portions as (

    select * from {{ ref('int_allocation_portions') }}
    where version = 'now'

),

pools as (

    select * from {{ ref('allocation_pools') }}

),

costs as (

    select
        portions.usage_period,
        portions.pool_id,
        portions.source_ref as cost_id,
        max(portions.bearer_team_id) as unused_team_id,
        min(case when portions.is_split then 1 else 0 end) as is_whole,
        max(case when portions.is_split then 1 else 0 end) as is_part,
        sum(portions.amount_usd) as amount_usd,
        sum(case when portions.is_split and portions.charge_type != 'unused' then portions.amount_usd else 0 end)
            as used_usd,
        sum(case when portions.charge_type = 'unused' then portions.amount_usd else 0 end) as unused_usd
    from portions
    inner join pools
        on portions.pool_id = pools.pool_id
    where pools.pool_kind = 'commitment' and pools.cost_source = 'shared_costs' and portions.charge_type != 'credit'
    group by 1, 2, 3

),

units as (

    select
        usage_period,
        pool_id,
        cast(sum(bought_unit_ms) as {{ quantity_sum_type() }}) as bought_unit_ms,
        cast(sum(used_unit_ms) as {{ quantity_sum_type() }}) as used_unit_ms
    from {{ ref('int_capacity_days') }}
    where is_known
    group by 1, 2

)

select
    costs.usage_period,
    costs.pool_id,
    costs.cost_id,
    case
        when costs.is_whole = 1 then 'known'
        when costs.is_part = 1 then 'partly_known'
        else 'unknown'
    end as units_state,
    {{ prorate('units.bought_unit_ms', '1', '3600000') }} as bought_unit_hours,
    {{ prorate('units.used_unit_ms', '1', '3600000') }} as used_unit_hours,
    cast(costs.amount_usd as {{ money_type() }}) as amount_usd,
    cast(case when costs.is_part = 1 then costs.used_usd end as {{ money_type() }}) as used_usd,
    cast(case when costs.is_part = 1 then costs.unused_usd end as {{ money_type() }}) as unused_usd,
    cast(costs.amount_usd - costs.used_usd - costs.unused_usd as {{ money_type() }}) as not_split_usd,
    costs.unused_team_id
from costs
left join units
    on costs.usage_period = units.usage_period and costs.pool_id = units.pool_id
