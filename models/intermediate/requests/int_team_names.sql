-- Every spelling by which a team is known, in lower case, and when it means which team.
with teams as (

    select * from {{ ref('teams') }}

),

aliases as (

    select * from {{ ref('team_aliases') }}

),

names as (

    select distinct
        lower(team_id) as team_name,
        team_id,
        'explicit_tag' as method
    from teams
    where team_kind != 'unattributed'

    union

    select distinct
        lower(team_name) as team_name,
        team_id,
        'team_alias' as method
    from teams
    where team_kind != 'unattributed' and lower(team_name) != lower(team_id)

),

final as (

    select
        team_name,
        team_id,
        method,
        {{ open_start() }} as valid_from,
        {{ open_end() }} as valid_to
    from names

    union all

    select
        lower(alias) as team_name,
        team_id,
        'team_alias' as method,
        {{ validity_dates() }}
    from aliases

)

select * from final
