-- A plan is for all that a team is charged, so a day is held against its own use until then and all else of the month:
-- shared costs, credits, and corrections of earlier months.
with spend as (

    select * from {{ ref('int_team_spend_daily') }}

),

others as (

    select
        posting_period as usage_period,
        team_id,
        cast(sum(amount_usd) as {{ money_type() }}) as other_usd
    from {{ ref('int_ledger_entries') }}
    where charge_type != 'usage' or usage_period != posting_period
    group by posting_period, team_id

)

select
    spend.team_id,
    spend.usage_period,
    spend.usage_date,
    spend.spend_usd,
    cast(spend.month_to_date_usd + coalesce(others.other_usd, 0) as {{ money_type() }}) as charged_usd
from spend
left join others
    on spend.team_id = others.team_id and spend.usage_period = others.usage_period
