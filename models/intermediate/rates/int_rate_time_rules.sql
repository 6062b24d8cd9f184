-- The daily windows that count: those on record, less withdrawn ones; a later rule of one window ends the
-- one before it.
with windows as (

    select
        *,
        {{ starts_and_ends() }},
        {{ seconds_of_clock('start_time') }} as opens_second,
        {{ seconds_of_clock('end_time') }} as closes_second
    from {{ ref('rate_card_time_windows') }}
    {{ where_known() }}

),

ranked as (

    select
        *,
        {{ recorded_rank(['provider', 'model', 'window_id']) }}
    from windows

)

select
    provider,
    model,
    window_id,
    service_tier,
    cast(split_part(weekdays, '-', 1) as integer) as first_weekday,
    cast(split_part(weekdays, '-', 2) as integer) as last_weekday,
    opens_second,
    closes_second,
    excludes_holiday_calendar,
    starts_at as valid_from,
    least(ends_at, lead(starts_at) over (partition by provider, model, window_id order by starts_at)) as valid_to
from ranked
{{ where_in_force() }}
