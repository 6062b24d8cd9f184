-- The listed prices of every model in every region its provider prices. Fees per call are listed once
-- and cost the same in every region.
with prices as (

    select
        *,
        meter not in {{ call_meters() }} as is_token
    from {{ ref('int_rate_prices') }}

),

regions as (

    select * from {{ ref('int_rate_regions') }}

)

select
    prices.as_of_recorded_at,
    prices.price_card_version,
    prices.provider,
    prices.model,
    prices.meter,
    prices.is_token,
    prices.service_tier,
    regions.region_scope,
    prices.context_start_tokens,
    prices.unit_price_usd,
    prices.block_size,
    prices.source_count,
    prices.valid_from,
    prices.valid_to
from prices
inner join regions
    on
        prices.as_of_recorded_at = regions.as_of_recorded_at
        and prices.provider = regions.provider
        and prices.model = regions.model
        and (
            prices.region_scope = regions.base_region_scope
            or (not prices.is_token and prices.region_scope = 'global')
        )
