-- Harm: a FOCUS file that says another total than the ledger, for any month or team, is a second truth about
-- the same money. Owners are charged the effective cost. What is billed is the same by month, but for prepaid
-- credits, which are billed when they are bought and not when they are used.
with delivered as (

    select
        cast({{ adapter.quote('BillingPeriodStart') }} as date) as posting_period,
        {{ adapter.quote('SubAccountId') }} as team_id,
        sum({{ adapter.quote('EffectiveCost') }}) as focus_usd,
        sum(case
            when {{ adapter.quote('CommitmentDiscountType') }} = 'Prepaid Credits'
                then {{ adapter.quote('EffectiveCost') }}
            when {{ adapter.quote('SkuId') }} like 'prepaid/%' then 0
            else {{ adapter.quote('BilledCost') }}
        end) as billed_usd
    from {{ ref('rpt_focus_cost_and_usage') }}
    group by 1, 2

),

ledger as (

    select
        posting_period,
        team_id,
        sum(amount_usd) as ledger_usd
    from {{ ref('fct_chargeback_ledger') }}
    group by 1, 2

),

focus_months as (

    select
        posting_period,
        sum(billed_usd) as billed_usd
    from delivered
    group by 1

),

ledger_months as (

    select
        posting_period,
        sum(ledger_usd) as ledger_usd
    from ledger
    group by 1

)

select
    coalesce(delivered.posting_period, ledger.posting_period) as posting_period,
    coalesce(delivered.team_id, ledger.team_id) as team_id,
    delivered.focus_usd,
    ledger.ledger_usd
from delivered
full outer join ledger
    on
        delivered.posting_period = ledger.posting_period
        and delivered.team_id = ledger.team_id
where coalesce(delivered.focus_usd, 0) != coalesce(ledger.ledger_usd, 0)

union all

select
    coalesce(focus_months.posting_period, ledger_months.posting_period) as posting_period,
    'all' as team_id,
    focus_months.billed_usd as focus_usd,
    ledger_months.ledger_usd
from focus_months
full outer join ledger_months
    on focus_months.posting_period = ledger_months.posting_period
where coalesce(focus_months.billed_usd, 0) != coalesce(ledger_months.ledger_usd, 0)
