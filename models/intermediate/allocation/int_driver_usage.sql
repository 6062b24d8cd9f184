-- The usage by which shared costs are split: usage outside pools, of ordinary teams (team_kind = 'team'), by model.
with teams as (

    select * from {{ ref('int_team_windows') }}

),

charges as (

    select
        usage_date,
        team_id,
        cost_center_id,
        environment,
        provider,
        billed_model,
        cast(sum(amount_usd) as {{ money_type() }}) as amount_usd,
        cast(sum(request_count) as bigint) as request_count,
        cast(sum(total_tokens) as bigint) as total_tokens
    from {{ ref('int_charges_daily') }}
    group by 1, 2, 3, 4, 5, 6

)

select
    spend.usage_date,
    spend.usage_period,
    spend.team_id,
    spend.cost_center_id,
    spend.environment,
    spend.provider,
    spend.pool_id,
    charges.billed_model,
    charges.amount_usd,
    charges.request_count,
    charges.total_tokens
from {{ ref('int_pooled_spend') }} as spend
inner join charges
    on
        spend.usage_date = charges.usage_date
        and spend.team_id = charges.team_id
        and spend.cost_center_id = charges.cost_center_id
        and spend.environment = charges.environment
        and spend.provider = charges.provider
left join teams
    on
        spend.team_id = teams.team_id
        and spend.usage_date >= teams.valid_from and spend.usage_date < teams.valid_to
where spend.pool_id is null and coalesce(teams.team_kind, 'team') = 'team'
