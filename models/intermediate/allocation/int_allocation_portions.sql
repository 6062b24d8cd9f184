-- Portions, and of those of reserved capacity what was used and what was not apart: the amount by the units that use
-- accounts for, and the rest for whom the pool's rule names, else for its central team. Where the units of a pool are
-- not known on a day, nothing of that day is split; of a month, nothing where one day is unknown.
{% set columns = 'pool_id, rule_id, usage_period, portion_date, source_ref, version, provider, is_accrued' %}

with pools as (

    select * from {{ ref('allocation_pools') }}

),

rules as (

    select * from {{ ref('int_allocation_rules') }}

),

teams as (

    select * from {{ ref('int_team_windows') }}

),

days as (

    select * from {{ ref('int_capacity_days') }}

),

capacities as (

    select
        pool_id, 'day' as allocated_by, usage_date as portion_date, bought_unit_ms, used_unit_ms
    from days
    where is_known

    union all

    select
        pool_id, 'month' as allocated_by, usage_period as portion_date,
        cast(sum(bought_unit_ms) as {{ quantity_sum_type() }}) as bought_unit_ms,
        cast(sum(used_unit_ms) as {{ quantity_sum_type() }}) as used_unit_ms
    from days
    group by 1, 2, 3
    having min(case when is_known then 1 else 0 end) = 1

),

split as (

    select
        portions.*,
        coalesce(rules.unused_team_id, pools.central_team_id) as bearer_team_id,
        coalesce(
            rules.unused_cost_center_id,
            case when rules.unused_team_id is not null then coalesce(teams.cost_center_id, 'none') end,
            pools.central_cost_center_id
        ) as bearer_cost_center_id,
        case
            when capacities.pool_id is not null
                then {{ prorate('portions.amount_usd', 'capacities.used_unit_ms', 'capacities.bought_unit_ms') }}
        end as used_usd
    from {{ ref('int_cost_portions') }} as portions
    inner join pools
        on portions.pool_id = pools.pool_id
    left join capacities
        on
            portions.pool_id = capacities.pool_id
            and portions.allocated_by = capacities.allocated_by
            and portions.portion_date = capacities.portion_date
            and portions.charge_type = 'shared'
            and pools.pool_kind = 'commitment'
            and pools.cost_source = 'shared_costs'
    left join rules
        on
            portions.pool_id = rules.pool_id
            and portions.usage_period >= rules.valid_from and portions.usage_period < rules.valid_to
    left join teams
        on
            rules.unused_team_id = teams.team_id
            and portions.portion_date >= teams.valid_from and portions.portion_date < teams.valid_to

)

select
    {{ columns }},
    charge_type,
    used_usd is not null as is_split,
    cast(null as {{ dbt.type_string() }}) as bearer_team_id,
    cast(null as {{ dbt.type_string() }}) as bearer_cost_center_id,
    cast(coalesce(used_usd, amount_usd) as {{ money_type() }}) as amount_usd
from split
where used_usd is null or used_usd != 0

union all

select
    {{ columns }},
    'unused' as charge_type,
    true as is_split,
    bearer_team_id,
    bearer_cost_center_id,
    cast(amount_usd - used_usd as {{ money_type() }}) as amount_usd
from split
where amount_usd != used_usd
