-- Harm: a team charged for what nobody used, or usage that is in no month's charges. For every month of use,
-- whatever was posted when, the ledger is what was priced, plus what the volume tiers of contracts change in it,
-- shared costs, credits and adjustments by hand. What was priced is read by day, where it sums to the requests
-- (assert_every_view_of_spend_sums_to_the_whole).
with sources as (

    select {{ month_of('usage_date') }} as usage_period, cost_usd as amount_usd
    from {{ ref('fct_spend_daily') }}
    where cost_usd is not null

    union all

    select usage_period, adjustment_usd as amount_usd
    from {{ ref('int_tier_adjustments') }}

    union all

    select usage_period, amount_usd
    from {{ ref('int_shared_costs') }}

    union all

    select usage_period, amount_usd
    from {{ ref('chargeback_adjustments') }}

),

expected as (

    select usage_period, sum(amount_usd) as expected_usd
    from sources
    group by 1

),

ledger as (

    select usage_period, sum(amount_usd) as ledger_usd
    from {{ ref('fct_chargeback_ledger') }}
    group by 1

)

select
    coalesce(expected.usage_period, ledger.usage_period) as usage_period,
    expected.expected_usd,
    ledger.ledger_usd
from expected
full outer join ledger
    on expected.usage_period = ledger.usage_period
where coalesce(expected.expected_usd, 0) != coalesce(ledger.ledger_usd, 0)
