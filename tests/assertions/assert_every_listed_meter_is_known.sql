-- Harm: a price of a meter that no model counts is never charged, and nobody notices.
select
    provider,
    model,
    meter
from {{ ref('rate_card_prices') }}
where meter not in {{ meter_names() }}

union all

select
    'contract ' || contract_id as provider,
    model,
    meter
from {{ ref('rate_contract_lines') }}
where meter != '*' and meter not in {{ meter_names() }}

union all

select
    'contract ' || contract_id as provider,
    model,
    meter
from {{ ref('rate_contract_tiers') }}
where meter != '*' and meter not in {{ meter_names() }}
