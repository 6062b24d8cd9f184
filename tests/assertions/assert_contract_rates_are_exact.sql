-- Harm: a discount on a listed rate that needs more decimals than a rate has would be rounded, and every
-- cost under the contract with it.
select
    contracts.contract_id,
    rates.model,
    rates.meter,
    rates.list_rate_usd,
    contracts.discount
from {{ ref('rate_contract_lines') }} as contracts
inner join {{ ref('int_contract_meter_rates') }} as rates
    on
        contracts.contract_id = rates.contract_id
        and contracts.model in (rates.model, '*')
        and contracts.meter in (rates.meter, '*')
where
    cast(rates.list_rate_usd * (1 - contracts.discount) as {{ unit_rate_type() }})
    != rates.list_rate_usd * (1 - contracts.discount)
