-- Harm: a shared cost of which a part is charged to nobody, or twice.
with parts as (

    select pool_id, usage_period, sum(part_usd) as parts_usd
    from {{ ref('int_allocated_parts') }}
    where version = 'now'
    group by 1, 2

),

sources as (

    select pool_id, usage_period, amount_usd
    from {{ ref('int_pooled_spend') }}
    where pool_id is not null

    union all

    select pool_id, usage_period, amount_usd
    from {{ ref('int_shared_costs') }}

),

pools as (

    select pool_id, usage_period, sum(amount_usd) as pool_usd
    from sources
    group by 1, 2

),

ratios as (

    select source_ref, usage_period, sum(allocated_ratio) as ratio
    from {{ ref('int_shared_charges') }}
    where allocated_ratio is not null
    group by 1, 2

)

select
    coalesce(pools.pool_id, parts.pool_id) as origin,
    coalesce(pools.usage_period, parts.usage_period) as usage_period,
    pools.pool_usd as expected,
    parts.parts_usd as found
from pools
full outer join parts
    on pools.pool_id = parts.pool_id and pools.usage_period = parts.usage_period
where coalesce(pools.pool_usd, 0) != coalesce(parts.parts_usd, 0)

union all

select source_ref as origin, usage_period, 1 as expected, ratio as found
from ratios
where ratio != 1
