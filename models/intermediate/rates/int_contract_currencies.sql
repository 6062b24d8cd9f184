-- Contracts in the spans of time in which their currency has one price in USD. It is unknown before the first rate in
-- fx_rates, and without any; then what a line prices has no price.
with contracts as (

    select * from {{ ref('int_rate_contracts') }}

),

rates as (

    select
        currency,
        usd_per_unit,
        cast(valid_from as timestamp) as starts_at,
        cast(valid_to as timestamp) as ends_at
    from {{ ref('int_fx_rates') }}
    where currency != 'USD'

    union all

    select
        currency,
        cast(null as decimal(14, 8)) as usd_per_unit,
        cast({{ open_start() }} as timestamp) as starts_at,
        cast(min(valid_from) as timestamp) as ends_at
    from {{ ref('int_fx_rates') }}
    where currency != 'USD'
    group by 1

),

spans as (

    select
        contracts.*,
        coalesce(rates.starts_at, contracts.valid_from) as starts_at,
        coalesce(rates.ends_at, contracts.valid_to) as ends_at,
        case when contracts.currency = 'USD' then cast(1 as decimal(14, 8)) else rates.usd_per_unit end as usd_per_unit
    from contracts
    left join rates
        on
            contracts.currency = rates.currency
            and contracts.valid_from < rates.ends_at
            and contracts.valid_to > rates.starts_at

)

select
    as_of_recorded_at,
    contract_id,
    provider,
    billing_account_id,
    price_of_unlisted,
    valid_from as contract_valid_from,
    greatest(valid_from, starts_at) as valid_from,
    least(valid_to, ends_at) as valid_to,
    usd_per_unit
from spans
