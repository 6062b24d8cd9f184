-- How much of each portion's driver a team has: whole numbers, so that shares are exact. Spend counts in
-- hundredths of a cent and tokens in hundreds, both rounded up, so that the least user takes part. `even` counts
-- teams: one with several cost centres takes one part, which they share.
with portions as (

    select distinct rule_id, usage_period, portion_date
    from {{ ref('int_allocation_portions') }}

),

rules as (

    select * from {{ ref('int_allocation_rules') }}

),

teams as (

    select * from {{ ref('int_team_windows') }}

),

named as (

    select * from {{ ref('allocation_rule_teams') }}

),

models as (

    select * from {{ ref('allocation_rule_models') }}

),

usage as (

    select * from {{ ref('int_driver_usage') }}

),

used as (

    select
        portions.rule_id,
        portions.portion_date,
        usage.team_id,
        usage.cost_center_id,
        rules.method,
        sum(usage.amount_usd) as amount_usd,
        sum(usage.request_count) as request_count,
        sum(usage.total_tokens) as total_tokens
    from portions
    inner join rules
        on portions.rule_id = rules.rule_id
    inner join usage
        on
            portions.usage_period = usage.usage_period
            and (rules.allocated_by = 'month' or portions.portion_date = usage.usage_date)
            and (rules.driver_provider is null or rules.driver_provider = usage.provider)
            and (rules.driver_environment is null or rules.driver_environment = usage.environment)
    left join models
        on portions.rule_id = models.rule_id and usage.provider = models.provider and usage.billed_model = models.model
    left join named
        on portions.rule_id = named.rule_id and usage.team_id = named.team_id
    where
        rules.method in ('proportional_spend', 'proportional_requests', 'proportional_tokens', 'even')
        and coalesce(named.treatment, '') != 'exclude'
        and (not rules.names_models or models.model is not null)
        and (not rules.includes_teams or named.treatment = 'include' and rules.method != 'even')
    group by 1, 2, 3, 4, 5

),

listed as (

    select
        portions.rule_id,
        portions.portion_date,
        named.team_id,
        coalesce(teams.cost_center_id, 'none') as cost_center_id,
        case when rules.method = 'even' then {{ even_units() }} else named.fixed_percent * 10000 end as driver_units
    from portions
    inner join rules
        on portions.rule_id = rules.rule_id
    inner join named
        on portions.rule_id = named.rule_id and named.treatment = 'include'
    left join teams
        on
            named.team_id = teams.team_id
            and portions.portion_date >= teams.valid_from and portions.portion_date < teams.valid_to
    where rules.method in ('even', 'fixed_percent')

),

final as (

    select
        rule_id, portion_date, team_id, cost_center_id,
        {{ units_of_usage() }} as driver_units
    from used
    union all
    select rule_id, portion_date, team_id, cost_center_id, driver_units
    from listed
    union all
    select rule_id, portion_date, team_id, cost_center_id, driver_units
    from {{ ref('int_user_drivers') }}

)

select
    rule_id, portion_date, team_id, cost_center_id,
    cast(driver_units as decimal(18, 0)) as driver_units,
    cast(sum(driver_units) over (partition by rule_id, portion_date) as decimal(18, 0)) as total_units
from final
where driver_units > 0
