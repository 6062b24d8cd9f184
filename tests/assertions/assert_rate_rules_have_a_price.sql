-- Harm: a window, alias or reservation of a model that no price names is a slip of the pen:
-- the rule does nothing, and the model it was meant for goes unpriced or at the wrong price.
with prices as (

    select distinct
        provider,
        model,
        service_tier
    from {{ ref('int_rate_prices') }}
    where is_current

),

rules as (

    select 'rate_card_time_windows' as seed, provider, model, service_tier
    from {{ ref('int_rate_time_rules') }}

    union

    select 'model_aliases' as seed, provider, model, cast(null as {{ dbt.type_string() }}) as service_tier
    from {{ ref('model_aliases') }}

    union

    select 'capacity_commitments' as seed, provider, model, cast(null as {{ dbt.type_string() }}) as service_tier
    from {{ ref('capacity_commitments') }}

)

select
    rules.seed,
    rules.provider,
    rules.model,
    rules.service_tier
from rules
left join prices
    on
        rules.provider = prices.provider
        and rules.model in (prices.model, '*')
        and coalesce(rules.service_tier, prices.service_tier) = prices.service_tier
where prices.provider is null
