-- Each event once, also those that the record of a call states, with its customer and feature: its own, else those
-- of its trace; revenue in USD at the last rate fixed by its day. A table: all traces are looked through for it, and
-- four models and a test read it.
{{ config(materialized='table') }}

with stated as (

    select
        event_id,
        event_date,
        event_type,
        is_successful,
        customer_id,
        feature,
        trace_id,
        revenue_amount,
        currency,
        source_file,
        line_number,
        record_number
    from {{ ref('stg_business_events__events') }}

    union all

    -- several attempts may say what one request brought about
    select
        {{ outcome_of_request() }} || ' ' || stated_outcome as event_id,
        usage_date as event_date,
        stated_outcome as event_type,
        max(case when is_outcome_successful then 1 else 0 end) = 1 as is_successful,
        max(customer_id) as customer_id,
        max(feature) as feature,
        coalesce(max(trace_id), {{ outcome_of_request() }}) as trace_id,
        cast(null as {{ money_type() }}) as revenue_amount,
        'USD' as currency,
        min(source_file) as source_file,
        cast(1 as bigint) as line_number,
        cast(1 as bigint) as record_number
    from {{ ref('int_stated_results') }}
    where stated_outcome is not null
    group by usage_date, logical_request_id, stated_outcome

),

events as (

    select
        *,
        row_number() over (
            partition by event_id order by source_file, line_number, record_number
        ) as copy_rank
    from stated

),

trace_days as (

    select
        trace_id,
        customer_id,
        feature,
        row_number() over (partition by trace_id order by usage_date) as day_number
    from {{ ref('int_trace_days') }}
    where trace_id in (select stated.trace_id from stated)

),

rates as (

    select * from {{ ref('fx_rates') }}

),

rated as (

    select
        events.*,
        trace_days.customer_id as trace_customer_id,
        trace_days.feature as trace_feature,
        trace_days.trace_id is not null as has_trace,
        case when events.currency = 'USD' then cast(1 as decimal(18, 9)) else rates.usd_per_unit end as usd_per_unit,
        row_number() over (partition by events.event_id order by rates.rate_date desc nulls last) as rate_rank
    from events
    left join trace_days
        on events.trace_id = trace_days.trace_id and trace_days.day_number = 1
    left join rates
        on events.currency = rates.currency and events.event_date >= rates.rate_date
    where events.copy_rank = 1

)

select
    event_id,
    event_date,
    {{ month_of('event_date') }} as usage_period,
    event_type,
    is_successful,
    coalesce(customer_id, trace_customer_id, 'none') as customer_id,
    coalesce(feature, trace_feature, 'none') as feature,
    trace_id,
    has_trace,
    event_type = 'revenue' as is_revenue,
    currency,
    revenue_amount,
    {{ prorate(
        'revenue_amount',
        'cast(cast(usd_per_unit as decimal(24, 9)) * cast(1000000000 as decimal(10, 0)) as decimal(18, 0))',
        '1000000000',
    ) }} as revenue_usd
from rated
where rate_rank = 1
