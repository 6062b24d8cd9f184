-- Our side of the reconciliation.
select
    {{ line_keys() | join(', ') }},
    is_reconciling_item,
    cast(sum(gateway_quantity) as {{ money_type() }}) as gateway_quantity,
    cast(sum(gateway_cost_usd) as {{ money_type() }}) as gateway_cost_usd,
    cast(sum(attempt_count) as bigint) as attempt_count,
    cast(sum(unpriced_count) as bigint) as unpriced_count
from {{ ref('int_gateway_meters_daily') }}
where is_counted
group by {{ line_keys() | join(', ') }}, is_reconciling_item
