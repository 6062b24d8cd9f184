-- One row per provider, model, region and span of time within which no price and no multiplier of the
-- model changes.
with prices as (

    select * from {{ ref('int_regional_prices') }}

),

multipliers as (

    select * from {{ ref('int_rate_multipliers') }}

),

instants as (

    select as_of_recorded_at, provider, model, region_scope, valid_from as instant_at from prices
    union
    select as_of_recorded_at, provider, model, region_scope, valid_to as instant_at from prices
    union
    select as_of_recorded_at, provider, model, region_scope, valid_from as instant_at from multipliers
    union
    select as_of_recorded_at, provider, model, region_scope, valid_to as instant_at from multipliers

),

spans as (

    select
        as_of_recorded_at,
        provider,
        model,
        region_scope,
        instant_at as valid_from,
        lead(instant_at) over (partition by as_of_recorded_at, provider, model, region_scope order by instant_at)
            as valid_to
    from instants

)

select
    spans.as_of_recorded_at,
    spans.provider,
    spans.model,
    spans.region_scope,
    spans.valid_from,
    spans.valid_to,
    coalesce(multipliers.multiplier, 1) as multiplier
from spans
left join multipliers
    on
        spans.as_of_recorded_at = multipliers.as_of_recorded_at
        and spans.provider = multipliers.provider
        and spans.model = multipliers.model
        and spans.region_scope = multipliers.region_scope
        and spans.valid_from >= multipliers.valid_from
        and spans.valid_from < multipliers.valid_to
where spans.valid_to is not null
