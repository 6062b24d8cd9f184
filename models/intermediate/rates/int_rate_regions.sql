-- The regions a provider prices, for each of its models, and which listed price each starts from:
-- the region's own where the model has one, else the global one (times a multiplier, if any). A model
-- without an uplift is thus priced in that region too, at the global price. Where a provider's names say the
-- region, one that does not is of region "unknown": it has a price where the model has one price everywhere.
with prices as (

    select
        *,
        meter in {{ call_meters() }} as is_call,
        min(case when meter in {{ call_meters() }} then 1 else 0 end) over (
            partition by as_of_recorded_at, provider, model
        ) = 1 as is_by_call
    from {{ ref('int_rate_prices') }}

),

provider_regions as (

    select as_of_recorded_at, provider, region_scope from prices
    where source_count is null
    union
    select as_of_recorded_at, provider, region_scope from {{ ref('int_rate_multipliers') }}

),

model_regions as (

    select distinct as_of_recorded_at, provider, model, region_scope, is_by_call from prices
    where not is_call or is_by_call

),

models as (

    select distinct as_of_recorded_at, provider, model from prices
    where source_count is null

),

-- a community price holds in the region that its list states, and in no other: an uplift may be missing there
regions as (

    select
        models.as_of_recorded_at,
        models.provider,
        models.model,
        provider_regions.region_scope
    from models
    inner join provider_regions
        on
            models.as_of_recorded_at = provider_regions.as_of_recorded_at
            and models.provider = provider_regions.provider
    union
    select as_of_recorded_at, provider, model, region_scope from model_regions

),

uniform_models as (

    select
        model_regions.as_of_recorded_at,
        model_regions.provider,
        model_regions.model,
        model_regions.is_by_call,
        min(model_regions.region_scope) as region_scope
    from model_regions
    left join {{ ref('int_rate_multipliers') }} as multipliers
        on
            model_regions.as_of_recorded_at = multipliers.as_of_recorded_at
            and model_regions.provider = multipliers.provider
            and model_regions.model = multipliers.model
    where
        model_regions.provider in (
            select prefixes.provider from {{ ref('inference_profile_prefixes') }} as prefixes
            where coalesce(prefixes.prefix, '') = ''
        )
    group by 1, 2, 3, 4
    having count(distinct model_regions.region_scope) = 1 and count(multipliers.model) = 0

)

select
    regions.as_of_recorded_at,
    regions.provider,
    regions.model,
    regions.region_scope,
    coalesce(model_regions.region_scope, 'global') as base_region_scope
from regions
left join model_regions
    on
        regions.as_of_recorded_at = model_regions.as_of_recorded_at
        and regions.provider = model_regions.provider
        and regions.model = model_regions.model
        and regions.region_scope = model_regions.region_scope

union all

select
    uniform_models.as_of_recorded_at,
    uniform_models.provider,
    uniform_models.model,
    'unknown' as region_scope,
    uniform_models.region_scope as base_region_scope
from uniform_models
left join models
    on
        uniform_models.as_of_recorded_at = models.as_of_recorded_at
        and uniform_models.provider = models.provider
        and uniform_models.model = models.model
-- that a list of others knows a global price alone does not say that there is no other; a price by the call is
-- written under "global" wherever it holds
where models.model is not null or uniform_models.is_by_call or uniform_models.region_scope != 'global'
