-- Every spelling by which the catalogue knows a service, in lower case, and when it means which service. A spelling
-- holds only while the service that it means is in the catalogue.
with catalogue as (

    select
        service_name,
        alias_of,
        team_id,
        {{ validity_dates() }}
    from {{ ref('services') }}

),

services as (

    select * from catalogue
    where alias_of is null

)

select
    lower(service_name) as service_alias,
    service_name,
    team_id,
    valid_from,
    valid_to
from services

union all

select
    lower(aliases.service_name) as service_alias,
    services.service_name,
    services.team_id,
    greatest(aliases.valid_from, services.valid_from) as valid_from,
    least(aliases.valid_to, services.valid_to) as valid_to
from catalogue as aliases
inner join services
    on
        lower(aliases.alias_of) = lower(services.service_name)
        and aliases.valid_from < services.valid_to
        and aliases.valid_to > services.valid_from
