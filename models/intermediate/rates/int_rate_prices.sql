-- The price rows that count, by what was known when: those on record then, less announcements that were
-- withdrawn, and of corrections of one row the last one recorded.
with knowledge as (

    select * from {{ ref('int_rate_card_states') }}

),

prices as (

    select
        *,
        {{ threshold_start('context_min_tokens', 'threshold_inclusive') }} as context_start_tokens,
        {{ starts_and_ends() }}
    from {{ ref('int_recorded_prices') }}

),

ranked as (

    select
        prices.*,
        knowledge.as_of_recorded_at,
        knowledge.is_current,
        {{ recorded_rank([
            'as_of_recorded_at', 'provider', 'model', 'meter', 'service_tier', 'region_scope', 'context_start_tokens',
        ]) }}
    from prices
    inner join knowledge
        on
            prices.recorded_at <= knowledge.as_of_recorded_at
            and (prices.own_recorded_at is null or prices.own_recorded_at > knowledge.as_of_recorded_at)

)

select
    as_of_recorded_at,
    is_current,
    price_card_version,
    provider,
    model,
    meter,
    service_tier,
    region_scope,
    context_start_tokens,
    unit_price_usd,
    block_size,
    source_count,
    starts_at as valid_from,
    ends_at as valid_to
from ranked
{{ where_in_force() }}
