-- Harm: a request that is complete within two windows of its model would be counted, and billed, twice.
with windows as (

    select
        *,
        row_number() over (
            partition by provider, model, weekday order by start_second, valid_from, window_id
        ) as window_number
    from {{ ref('int_rate_time_windows') }}

)

select
    earlier.provider,
    earlier.model,
    earlier.weekday,
    earlier.window_id,
    later.window_id as other_window_id,
    later.start_second,
    later.valid_from
from windows as earlier
inner join windows as later
    on
        earlier.provider = later.provider
        and earlier.model = later.model
        and earlier.weekday = later.weekday
        and earlier.window_number < later.window_number
        and earlier.start_second < later.end_second
        and earlier.end_second > later.start_second
        and earlier.valid_from < later.valid_to
        and earlier.valid_to > later.valid_from
