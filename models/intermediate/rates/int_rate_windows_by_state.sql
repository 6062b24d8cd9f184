-- The listed rate of one unit of every meter beside each other, by what was known when: one row per provider,
-- model, service tier, region, context tier and span of time. A meter without a price is null.
{{ config(materialized='table') }}

with prices as (

    select
        *,
        -- a model that is charged by the call alone has the tier and the context of its calls
        is_token or max(case when is_token then 1 else 0 end) over (
            partition by as_of_recorded_at, provider, model, region_scope, valid_from
        ) = 0 as makes_windows
    from {{ ref('int_span_prices') }}

),

-- a model's thresholds hold for all its service tiers: a tier that lists no long price has none
context_tiers as (

    select
        as_of_recorded_at,
        provider,
        model,
        region_scope,
        valid_from,
        valid_to,
        context_start_tokens,
        lead(context_start_tokens) over (
            partition by as_of_recorded_at, provider, model, region_scope, valid_from order by context_start_tokens
        ) as context_end_tokens
    from prices
    where makes_windows
    group by 1, 2, 3, 4, 5, 6, 7

),

service_tiers as (

    select distinct as_of_recorded_at, provider, model, region_scope, valid_from, service_tier
    from prices
    where makes_windows

),

final as (

    -- fees per call are listed once, under the standard tier, and hold in every tier
    select
        tiers.as_of_recorded_at,
        tiers.provider,
        tiers.model,
        service_tiers.service_tier,
        tiers.region_scope,
        tiers.context_start_tokens,
        coalesce(tiers.context_end_tokens, 999999999999) as context_end_tokens,
        tiers.valid_from,
        tiers.valid_to,
        {% for meter in meters() %}
        cast(
            max(case when prices.meter = '{{ meter.name }}' then prices.unit_price_usd end)
            * max(case when prices.meter = '{{ meter.name }}' then {{ one_over('prices.block_size') }} end)
            as {{ unit_rate_type() }}
        ) as {{ meter.name }}_rate_usd,
        {% endfor %}
        max(prices.price_card_version) as price_card_version,
        max(prices.price_valid_from) as price_valid_from,
        min(prices.source_count) as source_count
    from context_tiers as tiers
    inner join service_tiers
        on
            tiers.as_of_recorded_at = service_tiers.as_of_recorded_at
            and tiers.provider = service_tiers.provider
            and tiers.model = service_tiers.model
            and tiers.region_scope = service_tiers.region_scope
            and tiers.valid_from = service_tiers.valid_from
    inner join prices
        on
            tiers.as_of_recorded_at = prices.as_of_recorded_at
            and tiers.provider = prices.provider
            and tiers.model = prices.model
            and tiers.region_scope = prices.region_scope
            and tiers.valid_from = prices.valid_from
            and (
                (
                    service_tiers.service_tier = prices.service_tier
                    and tiers.context_start_tokens = prices.context_start_tokens
                )
                or (not prices.is_token and prices.service_tier = 'standard')
            )
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9

)

select * from final
