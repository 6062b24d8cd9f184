with prices as (

    select * from {{ ref('int_rate_prices') }}
    where is_current

),

names as (

    select
        provider,
        model,
        count(distinct model_name) as name_count
    from {{ ref('int_model_names') }}
    where named_under = provider
    group by 1, 2

)

select
    prices.provider,
    prices.model,
    min(prices.valid_from) as priced_from,
    max(prices.valid_to) as priced_to,
    count(distinct prices.service_tier) as service_tier_count,
    max(prices.context_start_tokens) > 0 as has_context_tiers,
    coalesce(max(names.name_count), 0) as name_count
from prices
left join names
    on
        prices.provider = names.provider
        and prices.model = names.model
group by 1, 2
