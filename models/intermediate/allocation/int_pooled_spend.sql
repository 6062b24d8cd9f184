{{ config(materialized='table') }}

-- Each day's spend with the pool it belongs to, if any: its own team charges it first, and the pool then
-- moves it on.
with charges as (

    select
        usage_date,
        usage_period,
        team_id,
        cost_center_id,
        environment,
        provider,
        sum(amount_usd) as amount_usd,
        sum(request_count) as request_count,
        sum(total_tokens) as total_tokens
    from {{ ref('int_charges_daily') }}
    group by 1, 2, 3, 4, 5, 6

),

rules as (

    select * from {{ ref('int_allocation_rules') }}
    where cost_source = 'requests'

),

matched as (

    select
        charges.*,
        rules.pool_id,
        row_number() over (
            partition by
                charges.usage_date, charges.team_id, charges.cost_center_id, charges.environment, charges.provider
            order by rules.priority, rules.pool_id
        ) as pool_rank
    from charges
    left join rules
        on
            (rules.pool_team_id is null or charges.team_id = rules.pool_team_id)
            and (rules.pool_environment is null or charges.environment = rules.pool_environment)
            and charges.usage_period >= rules.valid_from and charges.usage_period < rules.valid_to

)

select
    usage_date,
    usage_period,
    team_id,
    cost_center_id,
    environment,
    provider,
    pool_id,
    cast(amount_usd as {{ money_type() }}) as amount_usd,
    cast(request_count as bigint) as request_count,
    cast(total_tokens as bigint) as total_tokens
from matched
where pool_rank = 1
