-- The listed prices of every model in every region its provider prices.
select
    prices.price_card_version,
    prices.provider,
    prices.model,
    prices.meter,
    prices.service_tier,
    regions.region_scope,
    prices.context_start_tokens,
    prices.unit_price_usd,
    prices.block_size,
    prices.valid_from,
    prices.valid_to
from {{ ref('int_rate_prices') }} as prices
inner join {{ ref('int_rate_regions') }} as regions
    on
        prices.provider = regions.provider
        and prices.model = regions.model
        and prices.region_scope = regions.base_region_scope
