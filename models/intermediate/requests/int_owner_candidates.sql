-- Whom each piece of evidence names, as of the day of use, so that a reorganisation never moves history.
{% set known_in = {
    'team_names': ref('int_team_names'),
    'credentials': ref('int_credential_owners'),
    'service_accounts': ref('int_service_accounts'),
} %}
with requests as (

    select
        *,
        lower(team_tag) as team_tag_name,
        lower(gateway_team) as gateway_team_name,
        lower(gateway_team_id) as gateway_team_id_name,
        lower(service_team) as service_team_name
    from {{ ref('int_requests_with_service') }}

),

precedences as (

    select * from {{ ref('int_owner_precedence') }}

),

final as (

    select
        requests.*,
        {% for item in owner_evidence() %}
        {{ item.column }}_owner.team_id as {{ item.column }}_owner_id,
        precedences.{{ item.column }}_precedence,
        {% endfor %}
        team_tag_owner.method as tag_method,
        coalesce(
            credential_id_owner.billing_account_id, credential_name_owner.billing_account_id,
            project_id_owner.billing_account_id, sub_account_id_owner.billing_account_id, 'default'
        ) as billing_account_id
    from requests
    left join precedences
        on requests.source_system = precedences.source_system
    {% for item in owner_evidence() %}
    left join {{ known_in[item.known_in] }} as {{ item.column }}_owner
        on
            requests.{{ item.column }}{{ '_name' if item.known_in == 'team_names' }}
            = {{ item.column }}_owner.{{ item.name }}
            and requests.usage_date >= {{ item.column }}_owner.valid_from
            and requests.usage_date < {{ item.column }}_owner.valid_to
    {% endfor %}

)

select * from final
