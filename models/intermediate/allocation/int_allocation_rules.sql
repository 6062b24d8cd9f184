-- Pools with the rule that holds, as spans of months.
with teams as (

    select
        rule_id,
        max(case when treatment = 'include' then 1 else 0 end) as includes_teams
    from {{ ref('allocation_rule_teams') }}
    group by 1

),

models as (

    select distinct rule_id
    from {{ ref('allocation_rule_models') }}

)

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
    rules.target_pool_id,
    rules.unused_team_id,
    rules.unused_cost_center_id,
    coalesce(teams.includes_teams, 0) = 1 as includes_teams,
    models.rule_id is not null as names_models,
    coalesce(rules.valid_from, {{ open_start() }}) as valid_from,
    coalesce(rules.valid_to, {{ open_end() }}) as valid_to
from {{ ref('allocation_pools') }} as pools
inner join {{ ref('allocation_rules') }} as rules
    on pools.pool_id = rules.pool_id
left join teams
    on rules.rule_id = teams.rule_id
left join models
    on rules.rule_id = models.rule_id
