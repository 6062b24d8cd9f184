-- Every day from 2022 to 2045 or so, for tools that need one row a day, and for the metrics' time.
with digits as (

    {{ rows_of_numbers('digit', range(10)) }}

),

numbers as (

    select ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit as day_number
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands
    where thousands.digit < 9

),

dates as (

    select {{ days_before("cast('2022-01-01' as date)", '(-1 * day_number)') }} as date_day
    from numbers

)

select
    date_day,
    {{ week_of('date_day') }} as week_start_date,
    {{ month_of('date_day') }} as month_start_date,
    {{ weekday('date_day') }} as weekday_number
from dates
