{{ config(materialized='table') }}

-- The direct spend of each team for every day that is over, of every month it has a row in, days without spend
-- included: an average over days that leaves out the quiet ones is too high. The day of the run is not over.
with charges as (

    select
        usage_date,
        usage_period,
        team_id,
        sum(amount_usd) as spend_usd
    from {{ ref('int_charges_daily') }}
    group by 1, 2, 3

),

months as (

    select distinct usage_period
    from charges

),

days as (

    {{ month_day_numbers() }}

),

teams as (

    select
        team_id,
        min(usage_date) as first_date
    from charges
    group by 1

),

calendar as (

    select
        teams.team_id,
        months.usage_period,
        {{ days_before('months.usage_period', '(-days.day_number)') }} as usage_date,
        days.day_number + 1 as day_of_month
    from months
    cross join days
    cross join teams
    where
        {{ days_before('months.usage_period', '(-days.day_number)') }} < {{ months_after('months.usage_period', 1) }}
        and {{ days_before('months.usage_period', '(-days.day_number)') }} < {{ run_date() }}
        and {{ days_before('months.usage_period', '(-days.day_number)') }} >= teams.first_date

)

select
    calendar.team_id,
    calendar.usage_period,
    calendar.usage_date,
    calendar.day_of_month,
    cast(coalesce(charges.spend_usd, 0) as {{ money_type() }}) as spend_usd,
    cast(sum(coalesce(charges.spend_usd, 0)) over (
        partition by calendar.team_id, calendar.usage_period order by calendar.usage_date
        rows between unbounded preceding and current row
    ) as {{ money_type() }}) as month_to_date_usd,
    cast(sum(coalesce(charges.spend_usd, 0)) over (
        partition by calendar.team_id order by calendar.usage_date rows between 6 preceding and current row
    ) as {{ money_type() }}) as last_7_days_usd,
    cast(count(*) over (
        partition by calendar.team_id order by calendar.usage_date rows between 6 preceding and current row
    ) as integer) as last_days_count
from calendar
left join charges
    on calendar.team_id = charges.team_id and calendar.usage_date = charges.usage_date
