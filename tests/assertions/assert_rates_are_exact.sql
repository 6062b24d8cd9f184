-- Harm: a listed price times a region's multiplier that needs more than nine decimals would be rounded,
-- and every cost with it.
select
    prices.provider,
    prices.model,
    prices.meter,
    prices.region_scope,
    prices.unit_price_usd,
    spans.multiplier
from {{ ref('int_regional_prices') }} as prices
inner join {{ ref('int_rate_spans') }} as spans
    on
        prices.as_of_recorded_at = spans.as_of_recorded_at
        and prices.provider = spans.provider
        and prices.model = spans.model
        and prices.region_scope = spans.region_scope
where
    (
        prices.is_token
        and cast(prices.unit_price_usd * cast(spans.multiplier as {{ factor_type() }}) as decimal(16, 9))
        != prices.unit_price_usd * cast(spans.multiplier as {{ factor_type() }})
    )
    or {{ one_over('prices.block_size') }} is null
