-- What the request is billed as: the canonical provider and the model that served it. Names that
-- no rate card or alias knows leave billed_model null; they are never guessed.
with requests as (

    select
        *,
        lower(coalesce(served_model, requested_model)) as model_name,
        lower(provider_name) as provider_alias,
        lower(coalesce(service_tier_name, 'standard')) as service_tier_alias,
        lower(inference_geo) as geo_alias
    from {{ ref('int_requests_by_iteration') }}

),

providers as (

    select * from {{ ref('provider_aliases') }}

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

-- LiteLLM and others write the provider in front of the model
split as (

    select
        *,
        split_part(model_name, '/', 1) as model_prefix,
        substr(model_name, length(split_part(model_name, '/', 1)) + 2) as model_without_prefix
    from requests

),

with_provider as (

    select
        split.*,
        coalesce(by_name.provider, by_prefix.provider) as known_provider,
        case when by_prefix.provider is null then split.model_name else split.model_without_prefix end
            as billed_name
    from split
    left join providers as by_name
        on split.provider_alias = by_name.alias
    left join providers as by_prefix
        on split.model_prefix = by_prefix.alias and split.model_without_prefix != ''

),

-- Amazon Bedrock writes where a model may run in front of its name: the longest known prefix counts
with_profile as (

    select
        with_provider.*,
        coalesce(by_two.region_scope, by_one.region_scope, by_none.region_scope) as profile_region,
        case
            when by_one.prefix is not null
                then substr(with_provider.billed_name, length(by_one.prefix) + 1)
            else with_provider.billed_name
        end as name_in_card
    from with_provider
    left join profiles as by_two
        on
            with_provider.known_provider = by_two.provider
            and split_part(with_provider.billed_name, '.', 1) || '.'
            || split_part(with_provider.billed_name, '.', 2) || '.' = by_two.prefix
    left join profiles as by_one
        on
            with_provider.known_provider = by_one.provider
            and split_part(with_provider.billed_name, '.', 1) || '.' = by_one.prefix
    left join profiles as by_none
        on
            with_provider.known_provider = by_none.provider
            and coalesce(by_none.prefix, '') = ''
            -- a name of the card itself, without the maker in front, says nothing about regions
            and with_provider.billed_name like '%.%:%'

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
