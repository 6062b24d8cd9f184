-- The regions a provider prices, for each of its models, and which listed price each starts from:
-- the region's own where the model has one, else the global one (times a multiplier, if any). A model
-- without an uplift is thus priced in that region too, at the global price.
with prices as (

    select * from {{ ref('int_rate_prices') }}

),

provider_regions as (

    select known_at, provider, region_scope from prices
    union
    select known_at, provider, region_scope from {{ ref('int_rate_multipliers') }}

),

model_regions as (

    select distinct known_at, provider, model, region_scope from prices

),

models as (

    select distinct known_at, provider, model from prices

)

select
    models.known_at,
    models.provider,
    models.model,
    provider_regions.region_scope,
    coalesce(model_regions.region_scope, 'global') as base_region_scope
from models
inner join provider_regions
    on
        models.known_at = provider_regions.known_at
        and models.provider = provider_regions.provider
left join model_regions
    on
        models.known_at = model_regions.known_at
        and models.provider = model_regions.provider
        and models.model = model_regions.model
        and provider_regions.region_scope = model_regions.region_scope
