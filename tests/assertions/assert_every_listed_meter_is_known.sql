-- Harm: a price of a meter that no model counts is never charged, and nobody notices. These are on the list
-- and not charged by the request, on purpose:
--   cache_storage_token_hour             rent of a stored cache: it belongs to no request
select
    provider,
    model,
    meter
from {{ ref('rate_card_prices') }}
where
    meter not in {{ meter_names() }}
    and meter not in ('cache_storage_token_hour')

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
