-- Which tier's prices a request is charged at: its own, unless a time of day or capacity paid for in
-- advance says otherwise. Models without time-of-day prices match no row,
-- so the join costs them nothing.
with requests as (

    select
        *,
        {{ completed_at() }} as completed_at
    from {{ ref('int_requests_with_tagging_policy') }}

),

windows as (

    select * from {{ ref('int_rate_time_windows') }}

),

holidays as (

    select * from {{ ref('holiday_calendars') }}

),

with_windows as (

    select
        requests.*,
        windows.priced_tier as window_tier,
        windows.calendar_id as window_calendar_id,
        {{ days_before('cast(requests.completed_at as date)', 'windows.days_after_opening') }} as window_opened_on,
        own_capacity.service_tier is not null or any_capacity.service_tier is not null as is_committed
    from requests
    left join windows
        on
            requests.provider = windows.provider
            and requests.billed_model = windows.model
            and requests.service_tier = windows.service_tier
            and {{ weekday('requests.completed_at') }} = windows.weekday
            and {{ microsecond_of_day('requests.completed_at') }} >= cast(windows.start_second as bigint) * 1000000
            and {{ microsecond_of_day('requests.completed_at') }} < cast(windows.end_second as bigint) * 1000000
            and requests.completed_at >= windows.valid_from and requests.completed_at < windows.valid_to
    left join {{ ref('int_capacity_windows') }} as own_capacity
        on
            requests.provider = own_capacity.provider
            and requests.service_tier = own_capacity.service_tier
            and requests.billing_account_id = own_capacity.billing_account_id
            and requests.billed_model = own_capacity.model
            and requests.usage_at >= own_capacity.valid_from and requests.usage_at < own_capacity.valid_to
    left join {{ ref('int_capacity_windows') }} as any_capacity
        on
            any_capacity.model = '*'
            and requests.provider = any_capacity.provider
            and requests.service_tier = any_capacity.service_tier
            and requests.billing_account_id = any_capacity.billing_account_id
            and requests.usage_at >= any_capacity.valid_from and requests.usage_at < any_capacity.valid_to

),

judged as (

    select
        with_windows.*,
        with_windows.window_tier is not null and not with_windows.is_committed and holidays.calendar_id is null
            as is_in_window
    from with_windows
    left join holidays
        on
            with_windows.window_calendar_id = holidays.calendar_id
            and with_windows.window_opened_on = holidays.holiday_date

)

select
    *,
    -- what the list would charge for reserved capacity is the standard price
    case
        when is_committed then 'standard'
        when is_in_window then window_tier
        else service_tier
    end as priced_tier,
    case when is_in_window then completed_at else usage_at end as priced_at
from judged
