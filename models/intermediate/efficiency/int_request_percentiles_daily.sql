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

scoped as (

    {% for kind, name in {'all': "'all'", 'team': 'team_id', 'feature': "coalesce(feature, 'none')",
        'model': 'named_model'}.items() %}
    select
        usage_date,
        '{{ kind }}' as scope_kind,
        {{ name }} as scope_id,
        cost_usd
    from requests
    where cost_usd is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

ranked as (

    select
        *,
        row_number() over (partition by usage_date, scope_kind, scope_id order by cost_usd) as value_rank,
        count(*) over (partition by usage_date, scope_kind, scope_id) as value_count
    from scoped

)

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
