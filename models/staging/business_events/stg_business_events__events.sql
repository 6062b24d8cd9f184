with source as (

    select * from {{ source('business_events', 'business_events') }}

)

select
    coalesce(event_id, {{ record_place() }}) as event_id,
    occurred_at,
    cast(occurred_at as date) as event_date,
    lower(trim(event_type)) as event_type,
    {{ outcome_is_success('event_type', 'is_successful') }} as is_successful,
    workspace_id as customer_id,
    feature,
    trace_id,
    {{ text_to_money('revenue_amount') }} as revenue_amount,
    upper(coalesce(currency, 'USD')) as currency,
    batch_id,
    source_file,
    line_number,
    record_number,
    loaded_at
from source
