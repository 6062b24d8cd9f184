-- The names of service tiers under each provider: its own meaning of a name before the common one.
with aliases as (

    select * from {{ ref('service_tier_aliases') }}

),

providers as (

    select distinct provider from {{ ref('int_provider_names') }}
    where provider is not null

)

select
    providers.provider,
    common.alias,
    coalesce(own.service_tier, common.service_tier) as service_tier
from providers
cross join aliases as common
left join aliases as own
    on
        providers.provider = own.provider
        and common.alias = own.alias
where common.provider = '*'
