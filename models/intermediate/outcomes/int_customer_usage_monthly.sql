-- The spend of a month by customer and feature.
{{ incremental_by_period('int_spend_periods', 'usage_period', "'month'") }}

select
    {{ month_of('usage_date') }} as usage_period,
    customer_id,
    feature,
    cast(sum(request_count) as bigint) as request_count,
    -- null where none of it has a price: unknown, and not nothing
    cast(sum(cost_usd) as {{ money_type() }}) as cost_usd
from {{ ref('int_customer_usage_daily') }}
{{ where_days_of_periods_changed('int_spend_periods', 'month') }}
group by 1, 2, 3
