-- The usage by which shared costs are split: usage outside pools, of ordinary teams (team_kind = 'team').
with teams as (

    select * from {{ ref('int_team_windows') }}

)

select spend.*
from {{ ref('int_pooled_spend') }} as spend
left join teams
    on
        spend.team_id = teams.team_id
        and spend.usage_date >= teams.valid_from and spend.usage_date < teams.valid_to
where spend.pool_id is null and coalesce(teams.team_kind, 'team') = 'team'
