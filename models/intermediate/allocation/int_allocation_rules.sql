-- Pools with the rule that holds, as spans of months.
select
    pools.pool_id,
    pools.pool_kind,
    pools.cost_source,
    pools.team_id as pool_team_id,
    pools.environment as pool_environment,
    pools.priority,
    pools.central_team_id,
    pools.central_cost_center_id,
    rules.rule_id,
    rules.method,
    rules.allocated_by,
    rules.driver_provider,
    rules.driver_environment,
    coalesce(rules.valid_from, {{ open_start() }}) as valid_from,
    coalesce(rules.valid_to, {{ open_end() }}) as valid_to
from {{ ref('allocation_pools') }} as pools
inner join {{ ref('allocation_rules') }} as rules
    on pools.pool_id = rules.pool_id
