-- Harm: an introductory price ends, nobody has recorded what comes after, and from that midnight on the
-- model's requests have no price. A warning a month ahead: what was used in the last 30 days and ends
-- within the next 30 without a successor.
{{ config(
    severity='warn',
    meta={'says': 'Prices in use that end within 30 days without a successor', 'look_at': 'seeds.rate_card_prices'},
) }}

with used as (

    select
        usage.provider,
        usage.billed_model as model,
        usage.priced_tier as service_tier,
        sum(usage.attempt_count) as attempt_count
    from {{ ref('int_rateable_usage_daily') }} as usage
    where usage.usage_date >= {{ days_before(run_date(), 30) }}
    group by 1, 2, 3

),

prices as (

    select * from {{ ref('int_rate_prices') }}
    where is_current

)

select
    prices.provider,
    prices.model,
    prices.meter,
    prices.service_tier,
    prices.region_scope,
    prices.context_start_tokens,
    prices.valid_to,
    used.attempt_count
from prices
inner join used
    on
        prices.provider = used.provider
        and prices.model = used.model
        and prices.service_tier = used.service_tier
left join prices as successors
    on
        prices.provider = successors.provider
        and prices.model = successors.model
        and prices.meter = successors.meter
        and prices.service_tier = successors.service_tier
        and prices.region_scope = successors.region_scope
        and prices.context_start_tokens = successors.context_start_tokens
        and prices.valid_to >= successors.valid_from
        and prices.valid_to < successors.valid_to
where
    successors.provider is null
    and cast(prices.valid_to as date) >= {{ run_date() }}
    and cast(prices.valid_to as date) < {{ days_before(run_date(), -30) }}
