-- The what-ifs of a day, summed: what months of opportunities are put together from.
{{ incremental_by_day() }}

with priced as (

    select * from {{ ref('int_what_if_priced') }}
    {{ where_days_changed() }}

)

select
    usage_date,
    opportunity,
    rule_id,
    team_id,
    service_name,
    feature,
    provider,
    billed_model,
    alternative_model,
    alternative_tier,
    cast(sum(case when what_if_cost_usd is null then 0 else 1 end) as bigint) as attempt_count,
    cast(sum(case when what_if_cost_usd is null then 1 else 0 end) as bigint) as unpriced_count,
    -- of those attempts alone that have a price as the other thing, so that the two can be compared
    cast(sum(case when what_if_cost_usd is not null then actual_cost_usd end) as {{ money_type() }}) as actual_cost_usd,
    cast(sum(what_if_cost_usd) as {{ money_type() }}) as what_if_cost_usd
from priced
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
