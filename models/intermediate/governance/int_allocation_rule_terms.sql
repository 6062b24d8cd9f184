-- All that an allocation rule says, the teams and models it names included, and the most it allocates of one month.
{% set teams = row_text(['team_id', 'treatment', 'fixed_percent']) %}
{% set models = row_text(['provider', 'model']) %}
with teams as (

    select
        rule_id,
        {{ joined_in_order(teams, 'team_id') }} as team_terms
    from {{ ref('allocation_rule_teams') }}
    group by 1

),

models as (

    select
        rule_id,
        {{ joined_in_order(models, models) }} as model_terms
    from {{ ref('allocation_rule_models') }}
    group by 1

),

months as (

    select
        rule_id,
        usage_period,
        abs(sum(amount_usd)) as amount_usd
    from {{ ref('int_allocation_portions') }}
    where version = 'now'
    group by 1, 2

),

allocated as (

    select
        rule_id,
        max(amount_usd) as largest_month_usd
    from months
    group by 1

)

select
    rules.rule_id,
    rules.pool_id,
    rules.method,
    rules.allocated_by,
    rules.driver_provider,
    rules.driver_environment,
    rules.target_pool_id,
    rules.unused_team_id,
    rules.unused_cost_center_id,
    teams.team_terms,
    models.model_terms,
    cast(allocated.largest_month_usd as {{ money_type() }}) as largest_month_usd,
    coalesce(rules.valid_from, {{ open_start() }}) as valid_from,
    rules.valid_to,
    rules.prepared_by,
    rules.approved_by,
    rules.approved_at
from {{ ref('allocation_rules') }} as rules
left join teams
    on rules.rule_id = teams.rule_id
left join models
    on rules.rule_id = models.rule_id
left join allocated
    on rules.rule_id = allocated.rule_id
