-- What each day would have said about the end of its month: spend so far, and the average of the last seven
-- days for every day that is left. Months that are over show how wrong that was.
with spend as (

    select * from {{ ref('int_team_spend_daily') }}

),

lengths as (

    select
        *,
        {{ month_length('usage_period') }} as days_in_month,
        max(day_of_month) over (partition by team_id, usage_period) as last_day,
        min(day_of_month) over (partition by team_id, usage_period) as first_day,
        sum(spend_usd) over (partition by team_id, usage_period) as month_usd
    from spend

),

forecasts as (

    select
        *,
        month_to_date_usd
        + {{ prorate('last_7_days_usd', '(days_in_month - day_of_month)', 'last_days_count') }} as forecast_usd,
        last_day = days_in_month and first_day = 1 as is_complete
    from lengths

)

select
    team_id,
    usage_period,
    usage_date,
    day_of_month,
    days_in_month,
    is_complete,
    day_of_month = last_day as is_latest,
    month_to_date_usd,
    last_7_days_usd,
    cast(forecast_usd as {{ money_type() }}) as forecast_usd,
    cast(month_usd as {{ money_type() }}) as month_usd,
    cast(
        -- a month of less than a cent was next to nothing, and every forecast of it was off by millions
        case
            when is_complete and month_usd >= 0.01
                then {{ money_ratio_of('abs(forecast_usd - month_usd)', 'month_usd') }}
        end as {{ money_ratio_type() }}
    ) as error_ratio
from forecasts
