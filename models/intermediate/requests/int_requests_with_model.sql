-- What the request is billed as: the model that served it, its tier and its region. Names that no rate
-- card or alias knows leave billed_model null; they are never guessed, and the common names ('*') are for logs
-- that state no provider.
with requests as (

    select * from {{ ref('int_requests_with_provider') }}

),

tiers as (

    select * from {{ ref('int_service_tier_names') }}

),

served_names as (

    select * from {{ ref('int_served_names') }}

),

with_model as (

    select
        requests.*,
        served_names.model as billed_model,
        served_names.region_scope as profile_region,
        served_names.cache_write_lifetime as default_lifetime,
        coalesce(requests.known_provider, served_names.provider, requests.provider_alias, 'unknown') as provider
    from requests
    left join served_names
        on
            coalesce(requests.known_provider, case when requests.is_unknown_provider then null else '*' end)
            = served_names.named_under
            and requests.billed_name = served_names.model_name
            and requests.usage_at >= served_names.valid_from
            and requests.usage_at < served_names.valid_to

),

final as (

    select
        with_model.*,
        -- a tier nobody has named stays what it is, and unpriced
        coalesce(tiers.service_tier, with_model.service_tier_alias) as service_tier,
        case
            when with_model.geo_alias is not null and with_model.geo_alias != 'not_available'
                then with_model.geo_alias
            else coalesce(with_model.profile_region, 'global')
        end as region_scope
    from with_model
    left join tiers
        on
            with_model.provider = tiers.provider
            and with_model.service_tier_alias = tiers.alias

)

select * from final
