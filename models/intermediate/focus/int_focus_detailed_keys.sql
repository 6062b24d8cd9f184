-- The charges for usage whose detail still says what the ledger says. Where a closed month was corrected since,
-- the detail has moved on: there the posted amount stands as one row, and each correction as another. A table,
-- because to compare them reads the usage of all months, and several models and tests ask.
{{ config(materialized='table') }}

with balances as (

    select * from {{ ref('int_focus_ledger_balances') }}
    where charge_type = 'usage'

),

details as (

    select
        ledger_key,
        max(provider) as provider,
        max(usage_date) as last_usage_date,
        sum(cost_usd) as amount_usd
    from {{ ref('int_focus_usage_metered') }}
    group by 1

),

posted as (

    select
        ledger_key,
        usage_period,
        sum(case when not is_correction then amount_usd end) as amount_usd,
        max(case when is_correction then 1 else 0 end) = 1 as is_corrected
    from balances
    group by 1, 2

)

select
    posted.ledger_key,
    posted.usage_period,
    details.provider,
    details.last_usage_date
from posted
inner join details
    on
        posted.ledger_key = details.ledger_key
        and posted.amount_usd = details.amount_usd
where not posted.is_corrected
