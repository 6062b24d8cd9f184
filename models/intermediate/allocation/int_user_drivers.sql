-- How many users of its own each team has in a portion, for rules that count people: the distinct ones that its
-- records name, whatever they called. An attempt that names no user counts for nobody.
with portions as (

    select distinct rule_id, usage_period, portion_date
    from {{ ref('int_allocation_portions') }}

),

rules as (

    select * from {{ ref('int_allocation_rules') }}
    where method = 'proportional_users'

),

users as (

    select * from {{ ref('int_user_spend_daily') }}
    where user_key != 'none'

),

teams as (

    select * from {{ ref('int_team_windows') }}
    where team_kind = 'team'

),

named as (

    select * from {{ ref('allocation_rule_teams') }}

)

select
    portions.rule_id,
    portions.portion_date,
    teams.team_id,
    coalesce(teams.cost_center_id, 'none') as cost_center_id,
    cast(count(distinct users.user_key) as decimal(18, 0)) as driver_units
from portions
inner join rules
    on portions.rule_id = rules.rule_id
inner join users
    on
        portions.usage_period = {{ month_of('users.usage_date') }}
        and (rules.allocated_by = 'month' or portions.portion_date = users.usage_date)
-- the cost centre as of the portion, so that one person is not counted in two
inner join teams
    on
        users.team_id = teams.team_id
        and portions.portion_date >= teams.valid_from and portions.portion_date < teams.valid_to
left join named
    on portions.rule_id = named.rule_id and users.team_id = named.team_id
where
    coalesce(named.treatment, '') != 'exclude'
    and (not rules.includes_teams or named.treatment = 'include')
group by 1, 2, 3, 4
