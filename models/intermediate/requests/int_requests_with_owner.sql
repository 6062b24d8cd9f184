-- Who caused the request. The first evidence whose name a seed knows decides; a name that no seed knows counts as a
-- team of its own only where no evidence is known, so that an id at the gateway never hides a registered owner.
with candidates as (

    select
        *,
        least(
            {% for item in owner_evidence() %}
            case when {{ item.column }}_owner_id is not null then {{ item.column }}_precedence end,
            {% endfor %}
            cast(null as integer)
        ) as owner_precedence
    from {{ ref('int_owner_candidates') }}

),

named as (

    select
        *,
        case
            {% for item in owner_evidence() %}
            when owner_precedence = {{ item.column }}_precedence and {{ item.column }}_owner_id is not null
                then '{{ item.column }}'
            {% endfor %}
            when team_tag_name is not null then 'team_tag'
            when gateway_team_name is not null then 'gateway_team'
            when gateway_team_id_name is not null then 'gateway_team_id'
        end as named_by
    from candidates

),

decided as (

    select
        *,
        case when team_tag_owner_id is null then team_tag_name end as unknown_team_tag,
        case named_by
            {% for item in owner_evidence() %}
            when '{{ item.column }}'
                then {{ "coalesce(tag_method, 'explicit_tag')" if loop.first else "'" ~ item.method ~ "'" }}
            {% endfor %}
            else 'unattributed'
        end as attribution_method,
        coalesce(
            case named_by
                {% for item in owner_evidence() if item.column ~ '_source' in owner_sources() %}
                when '{{ item.column }}' then {{ item.column }}_source
                {% endfor %}
            end,
            source_system
        ) as owner_source,
        case named_by
            {% for item in owner_evidence() %}
            {% set team = item.column ~ '_owner_id' %}
            when '{{ item.column }}'
                then {{ 'coalesce(' ~ team ~ ', ' ~ item.column ~ '_name)' if item.known_in == 'team_names' else team }}
            {% endfor %}
            else 'unattributed'
        end as team_id
    from named

),

teams as (

    select * from {{ ref('int_team_windows') }}

),

final as (

    select
        decided.*,
        case
            when decided.attribution_method = 'unattributed' then 'unattributed'
            when teams.team_id is null then 'unregistered_team'
            when teams.team_kind = 'shared' then 'shared'
            else 'attributed'
        end as attribution_status,
        coalesce(decided.cost_center_tag, teams.cost_center_id) as cost_center_id
    from decided
    left join teams
        on
            decided.team_id = teams.team_id
            and decided.usage_date >= teams.valid_from and decided.usage_date < teams.valid_to

)

select * from final
