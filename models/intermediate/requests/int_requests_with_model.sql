-- What the request is billed as: the canonical provider and the model that served it. Names that
-- no rate card or alias knows leave billed_model null; they are never guessed.
with requests as (

    select
        *,
        lower(coalesce(served_model, requested_model)) as model_name,
        lower(provider_name) as provider_alias,
        lower(coalesce(service_tier_name, 'standard')) as service_tier_alias,
        lower(coalesce(inference_geo, 'global')) as geo_alias
    from {{ ref('int_requests_deduplicated') }}

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

-- LiteLLM and others write the provider in front of the model
split as (

    select
        *,
        case when model_name like '%/_%' then split_part(model_name, '/', 1) end as model_prefix,
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
        on split.model_prefix = by_prefix.alias

),

with_model as (

    select
        with_provider.*,
        model_names.model as billed_model,
        coalesce(with_provider.known_provider, model_names.provider, with_provider.provider_alias, 'unknown')
            as provider
    from with_provider
    left join model_names
        on
            coalesce(with_provider.known_provider, '*') = model_names.named_under
            and with_provider.billed_name = model_names.model_name
            and with_provider.usage_at >= model_names.valid_from
            and with_provider.usage_at < model_names.valid_to

),

final as (

    select
        with_model.*,
        -- a tier nobody has named stays what it is, and unpriced
        coalesce(tiers.service_tier, with_model.service_tier_alias) as service_tier,
        case when with_model.geo_alias = 'not_available' then 'global' else with_model.geo_alias end
            as region_scope
    from with_model
    left join tiers
        on
            with_model.provider = tiers.provider
            and with_model.service_tier_alias = tiers.alias

)

select * from final
