-- The regions a provider prices, for each of its models, and which listed price each starts from:
-- the region's own where the model has one, else the global one (times a multiplier, if any). A model
-- without an uplift is thus priced in that region too, at the global price. Where a provider's names say the
-- region, one that does not is of region "unknown": it has a price where the model has one price everywhere.
with prices as (

    select * from {{ ref('int_rate_prices') }}

),

provider_regions as (

    select as_of_recorded_at, provider, region_scope from prices
    union
    select as_of_recorded_at, provider, region_scope from {{ ref('int_rate_multipliers') }}

),

model_regions as (

    select distinct as_of_recorded_at, provider, model, region_scope from prices
    where meter not in {{ call_meters() }}

),

models as (

    select distinct as_of_recorded_at, provider, model from prices

),

uniform_models as (

    select
        model_regions.as_of_recorded_at,
        model_regions.provider,
        model_regions.model,
        min(model_regions.region_scope) as region_scope
    from model_regions
    left join {{ ref('int_rate_multipliers') }} as multipliers
        on
            model_regions.as_of_recorded_at = multipliers.as_of_recorded_at
            and model_regions.provider = multipliers.provider
            and model_regions.model = multipliers.model
    where model_regions.provider in (select prefixes.provider from {{ ref('inference_profile_prefixes') }} as prefixes)
    group by 1, 2, 3
    having count(distinct model_regions.region_scope) = 1 and count(multipliers.model) = 0

)

select
    models.as_of_recorded_at,
    models.provider,
    models.model,
    provider_regions.region_scope,
    coalesce(model_regions.region_scope, 'global') as base_region_scope
from models
inner join provider_regions
    on
        models.as_of_recorded_at = provider_regions.as_of_recorded_at
        and models.provider = provider_regions.provider
left join model_regions
    on
        models.as_of_recorded_at = model_regions.as_of_recorded_at
        and models.provider = model_regions.provider
        and models.model = model_regions.model
        and provider_regions.region_scope = model_regions.region_scope

union all

select
    as_of_recorded_at,
    provider,
    model,
    'unknown' as region_scope,
    region_scope as base_region_scope
from uniform_models
