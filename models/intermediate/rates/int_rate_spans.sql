-- One row per provider, model, service tier, region and span of time within which no price and no
-- multiplier of it changes.
with regional_prices as (

    select * from {{ ref('int_regional_prices') }}

),

multipliers as (

    select * from {{ ref('int_rate_multipliers') }}

),

price_instants as (

    select provider, model, service_tier, region_scope, valid_from as instant_at from regional_prices
    union
    select provider, model, service_tier, region_scope, valid_to as instant_at from regional_prices

),

tiers as (

    select distinct provider, model, service_tier, region_scope from regional_prices

),

multiplier_instants as (

    select provider, model, region_scope, valid_from as instant_at from multipliers
    union
    select provider, model, region_scope, valid_to as instant_at from multipliers

),

instants as (

    select * from price_instants
    union
    select
        tiers.provider,
        tiers.model,
        tiers.service_tier,
        tiers.region_scope,
        multiplier_instants.instant_at
    from tiers
    inner join multiplier_instants
        on
            tiers.provider = multiplier_instants.provider
            and tiers.model = multiplier_instants.model
            and tiers.region_scope = multiplier_instants.region_scope

),

spans as (

    select
        provider,
        model,
        service_tier,
        region_scope,
        instant_at as valid_from,
        lead(instant_at) over (
            partition by provider, model, service_tier, region_scope order by instant_at
        ) as valid_to
    from instants

)

select
    spans.provider,
    spans.model,
    spans.service_tier,
    spans.region_scope,
    spans.valid_from,
    spans.valid_to,
    coalesce(multipliers.multiplier, 1) as multiplier
from spans
left join multipliers
    on
        spans.provider = multipliers.provider
        and spans.model = multipliers.model
        and spans.region_scope = multipliers.region_scope
        and spans.valid_from >= multipliers.valid_from
        and spans.valid_from < multipliers.valid_to
where spans.valid_to is not null
