{{ incremental_by_day() }}

with requests as (

    select * from {{ ref('int_accepted_attempts') }}
    {{ where_days_changed() }}

)

select
    usage_date,
    team_id,
    cost_center_id,
    service_name,
    feature,
    environment,
    provider,
    billed_model,
    service_tier,
    count(*) as attempt_count,
    count(distinct case when counts_as_request then logical_request_id end) as request_count,
    {% for meter in meters() %}
    cast(sum({{ meter.quantity }}) as bigint) as {{ meter.quantity }},
    {% endfor %}
    cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
    cast(sum(gateway_reported_cost_usd) as {{ money_type() }}) as gateway_reported_cost_usd,
    cast(sum(case when price_status = 'priced' then 1 else 0 end) as bigint) as priced_count,
    cast(sum(case when price_source = 'community' then cost_usd end) as {{ money_type() }}) as community_cost_usd,
    cast(sum(case when price_source = 'community' then 1 else 0 end) as bigint) as community_priced_count,
    cast(sum(case when price_status = 'partly_priced' then 1 else 0 end) as bigint) as partly_priced_count,
    cast(sum(case when price_status = 'partly_priced' then cost_lower_bound_usd end) as {{ money_type() }})
        as partly_priced_usd,
    cast(sum(case when price_status = 'partly_priced' then cost_usd end) as {{ money_type() }})
        as lower_bound_cost_usd,
    cast(sum(case when cost_usd is null then 1 else 0 end) as bigint) as unpriced_count
from requests
group by 1, 2, 3, 4, 5, 6, 7, 8, 9
