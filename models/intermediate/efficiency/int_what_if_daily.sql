-- The what-ifs of a day, summed: what months of opportunities are put together from.
{{ incremental_by_day() }}

with priced as (

    select * from {{ ref('int_what_if_priced') }}
    {{ where_days_changed() }}

),

by_prompt as (

    select
        usage_date,
        opportunity,
        rule_id,
        team_id,
        service_name,
        feature,
        prompt_version,
        provider,
        billed_model,
        alternative_model,
        alternative_tier,
        min_requests,
        count(*) as candidate_count,
        sum(case when what_if_cost_usd is null then 0 else 1 end) as attempt_count,
        -- of those attempts alone that have a price as the other thing, so that the two can be compared
        sum(case when what_if_cost_usd is not null then actual_cost_usd end) as actual_cost_usd,
        sum(what_if_cost_usd) as what_if_cost_usd
    from priced
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12

),

-- a prefix stays in a cache only while it is asked for often enough; counted over sums, not over attempts
counted as (

    select
        *,
        sum(candidate_count) over (
            partition by usage_date, opportunity, team_id, service_name, feature, prompt_version, provider, billed_model
        ) as alike_count
    from by_prompt

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
    cast(sum(attempt_count) as bigint) as attempt_count,
    cast(sum(candidate_count - attempt_count) as bigint) as unpriced_count,
    cast(sum(actual_cost_usd) as {{ money_type() }}) as actual_cost_usd,
    cast(sum(what_if_cost_usd) as {{ money_type() }}) as what_if_cost_usd
from counted
where alike_count >= coalesce(min_requests, 0)
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
