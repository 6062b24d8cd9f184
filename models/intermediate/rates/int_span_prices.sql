-- The one price of every meter in every span and context tier: among the listed prices that cover
-- the span, the one that took effect last. The multiplier of a region applies to tokens alone.
with spans as (

    select * from {{ ref('int_rate_spans') }}

),

prices as (

    select * from {{ ref('int_regional_prices') }}

),

live as (

    select
        spans.as_of_recorded_at,
        spans.provider,
        spans.model,
        spans.region_scope,
        spans.valid_from,
        spans.valid_to,
        prices.service_tier,
        prices.context_start_tokens,
        prices.meter,
        prices.is_token,
        prices.price_card_version,
        prices.valid_from as price_valid_from,
        prices.block_size,
        prices.source_count,
        prices.unit_price_usd,
        spans.multiplier,
        row_number() over (
            partition by
                spans.as_of_recorded_at, spans.provider, spans.model, spans.region_scope, spans.valid_from,
                prices.service_tier, prices.context_start_tokens, prices.meter
            order by prices.valid_from desc
        ) as price_rank
    from spans
    inner join prices
        on
            spans.as_of_recorded_at = prices.as_of_recorded_at
            and spans.provider = prices.provider
            and spans.model = prices.model
            and spans.region_scope = prices.region_scope
            and spans.valid_from >= prices.valid_from
            and spans.valid_from < prices.valid_to

)

select
    as_of_recorded_at,
    provider,
    model,
    service_tier,
    region_scope,
    valid_from,
    valid_to,
    context_start_tokens,
    meter,
    is_token,
    price_card_version,
    price_valid_from,
    -- a listed price has at most 9 decimals; a test holds that times a multiplier it still does
    cast(
        unit_price_usd * cast(case when is_token then multiplier else 1 end as {{ factor_type() }}) as decimal(16, 9)
    ) as unit_price_usd,
    block_size,
    source_count
from live
where price_rank = 1
