-- The middle and the high end of what a request costs, day by day: a mean hides that most requests are as cheap as
-- before while a few became very costly.
{{ incremental_by_day() }}

with requests as (

    select
        *,
        coalesce(billed_model, lower(requested_model), 'none') as named_model
    from {{ ref('fct_logical_requests') }}
    {{ where_days_changed() }}

),

{{ ranked_by_scope('requests', 'usage_date', {
    'all': "'all'", 'team': 'team_id', 'feature': "coalesce(feature, 'none')", 'model': 'named_model'
}) }}

select
    usage_date,
    scope_kind,
    scope_id,
    count(*) as unit_count,
    cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
    cast({{ percentile('cost_usd', 50) }} as {{ money_type() }}) as median_cost_usd,
    cast({{ percentile('cost_usd', 90) }} as {{ money_type() }}) as p90_cost_usd
from ranked
group by 1, 2, 3
