with teams as (

    select * from {{ ref('int_reconciliation_teams') }}

),

lines as (

    select * from {{ ref('fct_reconciliation_daily') }}

),

by_line as (

    select
        teams.*,
        lines.status,
        lines.is_settled,
        teams.gateway_cost_usd - teams.provider_cost_usd as difference_usd
    from teams
    inner join lines
        on {{ same_line('teams', 'lines') }}

)

select
    usage_date,
    team_id,
    provider,
    billing_account_id,
    billed_model,
    cast(sum(gateway_cost_usd) as {{ money_type() }}) as gateway_cost_usd,
    cast(sum(provider_cost_usd) as {{ money_type() }}) as provider_cost_usd,
    cast(sum(case when status = 'reconciling_item' then difference_usd else 0 end) as {{ money_type() }})
        as reconciling_item_usd,
    cast(sum(case when status != 'reconciling_item' then difference_usd else 0 end) as {{ money_type() }})
        as variance_usd,
    cast(sum(case when status != 'reconciling_item' then abs(difference_usd) else 0 end) as {{ money_type() }})
        as gross_variance_usd,
    cast(sum(case when status = 'breach' then 1 else 0 end) as bigint) as breach_count,
    cast(min(case when is_settled then 1 else 0 end) as integer) = 1 as is_settled
from by_line
group by 1, 2, 3, 4, 5
