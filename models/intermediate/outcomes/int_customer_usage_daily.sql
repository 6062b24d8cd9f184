-- The spend of a day by customer and feature.
{{ incremental_by_day() }}

with attempts as (

    select * from {{ ref('int_accepted_attempts') }}
    {{ where_days_changed() }}

)

select
    usage_date,
    coalesce(customer_id, 'none') as customer_id,
    coalesce(feature, 'none') as feature,
    count(*) as attempt_count,
    count(distinct case when counts_as_request then logical_request_id end) as request_count,
    -- null where none of it has a price: unknown, and not nothing
    cast(sum(cost_usd) as {{ money_type() }}) as cost_usd
from attempts
group by 1, 2, 3
