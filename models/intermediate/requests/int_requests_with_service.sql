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
    services.team_id as service_team
from requests
left join services
    on
        lower(requests.stated_service_name) = services.service_alias
        and requests.usage_date >= services.valid_from
        and requests.usage_date < services.valid_to
