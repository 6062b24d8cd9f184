-- What the request is billed as: the model that served it, its tier and its region. Names that no rate
-- card or alias knows leave billed_model null; they are never guessed.
with requests as (

    select * from {{ ref('int_requests_named') }}

),

tiers as (

    select * from {{ ref('int_service_tier_names') }}

),

model_names as (

    select * from {{ ref('int_model_names') }}

),

profiles as (

    select * from {{ ref('inference_profile_prefixes') }}

),

-- Amazon Bedrock writes where a model may run in front of its name: the longest known prefix counts
with_profile as (

    select
        requests.*,
        coalesce(by_two.region_scope, by_one.region_scope, by_none.region_scope) as profile_region,
        case
            when by_one.prefix is not null
                then substr(requests.billed_name, length(by_one.prefix) + 1)
            else requests.billed_name
        end as name_in_card
    from requests
    left join profiles as by_two
        on
            requests.known_provider = by_two.provider
            and split_part(requests.billed_name, '.', 1) || '.'
            || split_part(requests.billed_name, '.', 2) || '.' = by_two.prefix
    left join profiles as by_one
        on
            requests.known_provider = by_one.provider
            and split_part(requests.billed_name, '.', 1) || '.' = by_one.prefix
    left join profiles as by_none
        on
            requests.known_provider = by_none.provider
            and coalesce(by_none.prefix, '') = ''
            -- a name of the card itself, without the maker in front, says nothing about regions
            and requests.billed_name like '%.%:%'

),

with_model as (

    select
        with_profile.*,
        model_names.model as billed_model,
        coalesce(with_profile.known_provider, model_names.provider, with_profile.provider_alias, 'unknown')
            as provider
    from with_profile
    left join model_names
        on
            coalesce(with_profile.known_provider, '*') = model_names.named_under
            and with_profile.name_in_card = model_names.model_name
            and with_profile.usage_at >= model_names.valid_from
            and with_profile.usage_at < model_names.valid_to

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
