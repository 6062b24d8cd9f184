-- Harm: a contract line of a model or tier that no price names does nothing, and nobody misses the discount.
-- A warning: a contract may list what nobody has used or the card does not have yet, and the night goes on.
{{ config(
    severity='warn',
    meta={'says': 'Lines of contracts that no price can be found for', 'look_at': 'seeds.rate_contract_lines'},
) }}

with prices as (

    select distinct
        provider,
        model,
        service_tier
    from {{ ref('int_rate_prices') }}
    where is_current

),

contracts as (

    select distinct
        contract_id,
        provider
    from {{ ref('rate_contracts') }}

)

select
    lines.contract_id,
    contracts.provider,
    lines.model,
    lines.service_tier
from {{ ref('rate_contract_lines') }} as lines
left join contracts
    on lines.contract_id = contracts.contract_id
left join prices
    on
        contracts.provider = prices.provider
        and lines.model in (prices.model, '*')
        and lines.service_tier in (prices.service_tier, '*')
where prices.provider is null
