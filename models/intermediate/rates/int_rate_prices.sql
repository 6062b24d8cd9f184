-- The price rows that count: those on record at `rates_known_at` (default: all), less announcements
-- that were withdrawn, and of corrections of one row the last one recorded.
with prices as (

    select
        *,
        {{ threshold_start('context_min_tokens', 'threshold_inclusive') }} as context_start_tokens,
        coalesce(valid_from, cast({{ open_start() }} as timestamp)) as starts_at,
        coalesce(valid_to, cast({{ open_end() }} as timestamp)) as ends_at
    from {{ ref('rate_card_prices') }}
    {{ where_known() }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by
                provider, model, meter, service_tier, region_scope, context_start_tokens, starts_at
            order by recorded_at desc, case when status = 'withdrawn' then 0 else 1 end
        ) as recency
    from prices

)

select
    price_card_version,
    provider,
    model,
    meter,
    service_tier,
    region_scope,
    context_start_tokens,
    unit_price_usd,
    block_size,
    starts_at as valid_from,
    ends_at as valid_to
from ranked
where recency = 1 and status != 'withdrawn'
