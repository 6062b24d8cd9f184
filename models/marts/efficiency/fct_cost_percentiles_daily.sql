with outcomes as (

    select * from {{ ref('int_outcome_costs') }}

),

{{ ranked_by_scope('outcomes', 'event_date', {
    'all': "'all'", 'outcome_type': 'event_type', 'feature': 'feature', 'model': 'billed_model'
}) }}

select
    usage_date,
    'outcome' as unit_kind,
    scope_kind,
    scope_id,
    count(*) as unit_count,
    cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
    cast({{ percentile('cost_usd', 50) }} as {{ money_type() }}) as median_cost_usd,
    cast({{ percentile('cost_usd', 90) }} as {{ money_type() }}) as p90_cost_usd
from ranked
group by 1, 2, 3, 4

union all

select
    usage_date,
    'request' as unit_kind,
    scope_kind,
    scope_id,
    unit_count,
    cost_usd,
    median_cost_usd,
    p90_cost_usd
from {{ ref('int_request_percentiles_daily') }}
