-- Both sides of each line by team. What the bill has under a team's own credential, project or workspace is
-- the team's; the rest follows the teams' usage at the gateways, and its last digits go to the largest user.
{{ incremental_by_period('int_reconciliation_team_days', 'usage_date', "'day'") }}

with meters as (

    select * from {{ ref('int_gateway_meters_daily') }}
    {{ where_periods_changed('int_reconciliation_team_days', 'usage_date', "'day'") }}

),

gateway as (

    select
        {{ line_keys() | join(', ') }},
        team_id,
        cast(sum(gateway_cost_usd) as {{ money_type() }}) as gateway_cost_usd,
        cast(coalesce(sum(gateway_quantity), 0) as {{ quantity_sum_type() }}) as usage_weight
    from meters
    where is_counted
    group by {{ line_keys() | join(', ') }}, team_id

),

owned as (

    select
        {{ line_keys() | join(', ') }},
        team_id,
        cast(sum(provider_cost_usd) as {{ money_type() }}) as provider_cost_usd
    from {{ ref('int_bill_line_owners') }}
    {{ where_periods_changed('int_reconciliation_team_days', 'usage_date', "'day'") }}
    group by {{ line_keys() | join(', ') }}, team_id
    having team_id is not null

),

-- what has no owner of its own
pools as (

    select * from {{ ref('int_provider_pools_daily') }}
    {{ where_periods_changed('int_reconciliation_team_days', 'usage_date', "'day'") }}

),

weighted as (

    select
        *,
        cast(
            sum(usage_weight) over (partition by {{ line_keys() | join(', ') }}) as {{ quantity_sum_type() }}
        ) as line_weight,
        row_number() over (
            partition by {{ line_keys() | join(', ') }} order by usage_weight desc, team_id asc
        ) as weight_rank
    from gateway

),

shared as (

    select
        {% for key in line_keys() %}
        pools.{{ key }},
        {% endfor %}
        weighted.team_id,
        weighted.weight_rank,
        pools.pool_usd,
        coalesce({{ prorate('pools.pool_usd', 'weighted.usage_weight', 'weighted.line_weight') }}, 0) as share_usd
    from pools
    left join weighted
        on {{ same_line('pools', 'weighted') }}

),

footed as (

    select
        *,
        pool_usd - sum(share_usd) over (partition by {{ line_keys() | join(', ') }}) as rest_usd
    from shared

),

{% set zero = 'cast(0 as ' ~ money_type() ~ ')' %}

parts as (

    select
        {{ line_keys() | join(', ') }},
        team_id,
        coalesce(gateway_cost_usd, {{ zero }}) as gateway_cost_usd,
        {{ zero }} as provider_cost_usd
    from gateway
    union all
    select
        {{ line_keys() | join(', ') }},
        team_id,
        {{ zero }} as gateway_cost_usd,
        provider_cost_usd
    from owned
    union all
    select
        {{ line_keys() | join(', ') }},
        coalesce(team_id, 'unattributed') as team_id,
        {{ zero }} as gateway_cost_usd,
        share_usd + case when coalesce(weight_rank, 1) = 1 then rest_usd else 0 end as provider_cost_usd
    from footed
    where pool_usd != 0

)

select
    {{ line_keys() | join(', ') }},
    team_id,
    cast(sum(gateway_cost_usd) as {{ money_type() }}) as gateway_cost_usd,
    cast(sum(provider_cost_usd) as {{ money_type() }}) as provider_cost_usd
from parts
group by {{ line_keys() | join(', ') }}, team_id
