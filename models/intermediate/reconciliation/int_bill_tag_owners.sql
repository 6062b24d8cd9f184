-- Whom the tags of a bill's lines name, as of the day: the first tag whose value a seed knows decides. A value that
-- means several teams on the day, such as a cost centre that they share, names nobody.
with tagged as (

    select distinct
        tags,
        usage_date
    from {{ ref('int_bill_lines_by_category') }}
    where tags is not null

),

catalogue as (

    select * from {{ ref('int_service_names') }}
    where team_id is not null

),

-- a service account answers where the catalogue names no team
accounts as (

    select * from {{ ref('int_service_accounts') }}
    where lower(service_name) not in (select catalogue.service_alias from catalogue)

),

known as (

    {% for names, name, relation in [
        ('team', 'team_name', ref('int_team_names')), ('project', 'lower(credential_id)', ref('int_credential_owners')),
        ('service', 'service_alias', 'catalogue'), ('service', 'lower(service_name)', 'accounts'),
        ('cost_center', 'lower(cost_center_id)', ref('int_team_windows')),
    ] %}
    select
        '{{ names }}' as names,
        {{ name }} as name,
        team_id,
        valid_from,
        valid_to
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

named as (

    select
        tagged.tags,
        tagged.usage_date,
        tags.precedence,
        tags.tag_number,
        tags.tag_key,
        min(known.team_id) as team_id
    from tagged
    inner join {{ ref('int_bill_tags') }} as tags
        on tagged.tags = tags.tags
    inner join known
        on
            tags.names = known.names
            and tags.tag_value = known.name
            and tagged.usage_date >= known.valid_from and tagged.usage_date < known.valid_to
    group by 1, 2, 3, 4, 5
    having min(known.team_id) = max(known.team_id)

),

ranked as (

    select
        *,
        row_number() over (
            partition by tags, usage_date order by precedence, tag_number
        ) as tag_rank
    from named

)

select
    ranked.tags,
    ranked.usage_date,
    ranked.tag_key,
    ranked.team_id,
    teams.team_kind
from ranked
inner join {{ ref('int_team_windows') }} as teams
    on
        ranked.team_id = teams.team_id
        and ranked.usage_date >= teams.valid_from and ranked.usage_date < teams.valid_to
where ranked.tag_rank = 1 and teams.team_kind != 'unattributed'
