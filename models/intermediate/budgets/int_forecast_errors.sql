-- The back test: how wrong the forecast of the same day of the month was in the months that are over.
with forecasts as (

    select * from {{ ref('int_spend_forecasts') }}

),

tested as (

    select
        latest.team_id,
        latest.usage_period,
        count(earlier.error_ratio) as tested_month_count,
        cast(sum(earlier.error_ratio) as {{ money_type() }}) as error_sum
    from forecasts as latest
    inner join forecasts as earlier
        on
            latest.team_id = earlier.team_id
            and latest.usage_period > earlier.usage_period
            and latest.day_of_month = earlier.day_of_month
    where latest.is_latest
    group by 1, 2
    having count(earlier.error_ratio) > 0

)

select
    team_id,
    usage_period,
    tested_month_count,
    cast({{ prorate('error_sum', '1', 'tested_month_count') }} as {{ money_ratio_type() }}) as forecast_error_share
from tested
