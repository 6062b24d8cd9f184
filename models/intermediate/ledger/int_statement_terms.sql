-- How the statement of each team and month is made: shown or booked, in which currency, at which rate.
with statements as (

    select distinct posting_period, team_id
    from {{ ref('int_statement_parts') }}

),

terms as (

    select
        team_id,
        charge_mode,
        currency,
        {{ validity_dates() }}
    from {{ ref('chargeback_terms') }}

),

rates as (

    select * from {{ ref('fx_rates') }}

),

chosen as (

    select
        statements.posting_period,
        statements.team_id,
        terms.charge_mode,
        terms.currency,
        row_number() over (
            partition by statements.posting_period, statements.team_id
            order by case when terms.team_id = '*' then 1 else 0 end
        ) as term_rank
    from statements
    inner join terms
        on
            (statements.team_id = terms.team_id or terms.team_id = '*')
            and statements.posting_period >= terms.valid_from and statements.posting_period < terms.valid_to

),

-- the last rate fixed in the month or before
rated as (

    select
        chosen.*,
        case when chosen.currency = 'USD' then cast(1 as decimal(18, 9)) else rates.usd_per_unit end as usd_per_unit,
        rates.rate_date,
        rates.source as rate_source,
        row_number() over (
            partition by chosen.posting_period, chosen.team_id order by rates.rate_date desc nulls last
        ) as rate_rank
    from chosen
    left join rates
        on
            chosen.currency = rates.currency
            and rates.rate_date < {{ months_after('chosen.posting_period', 1) }}
    where chosen.term_rank = 1

)

select
    posting_period,
    team_id,
    charge_mode,
    currency,
    usd_per_unit,
    rate_date,
    rate_source
from rated
where rate_rank = 1
