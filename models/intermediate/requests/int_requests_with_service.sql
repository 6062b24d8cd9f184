-- The service as the company's catalogue writes it, so that all its spellings are one service. A name that the
-- catalogue does not know stays as the log has it.
with requests as (

    select * from {{ ref('int_requests_with_status') }}

),

services as (

    select * from {{ ref('int_service_names') }}

)

select
    requests.*,
    coalesce(services.service_name, requests.stated_service_name) as service_name,
    services.service_name is not null as is_known_service,
    services.team_id as service_team,
    -- two gateways of one kind log alike: the record's own word, else a folder such as gateway=eu/, else the system
    coalesce(
        requests.stated_gateway_name,
        nullif(split_part(split_part(requests.source_file, '/gateway=', 2), '/', 1), ''),
        requests.source_system
    ) as gateway_name
from requests
left join services
    on
        lower(requests.stated_service_name) = services.service_alias
        and requests.usage_date >= services.valid_from
        and requests.usage_date < services.valid_to
