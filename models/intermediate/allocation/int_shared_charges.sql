-- Shared costs as charges: the parts of each team; of pools of requests also what is taken from whose spend it was.
with parts as (

    select * from {{ ref('int_allocated_parts') }}
    where version = 'now'

),

rules as (

    select * from {{ ref('int_allocation_rules') }}

),

spend as (

    select * from {{ ref('int_pooled_spend') }}
    where pool_id is not null

),

allocated as (

    select
        usage_period, charge_type, source_ref, team_id, cost_center_id, provider, pool_id, rule_id,
        is_accrued, is_allocated,
        sum(part_usd) as amount_usd
    from parts
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10

),

taken as (

    select
        usage_period, 'shared' as charge_type, pool_id || ' moved on' as source_ref, team_id, cost_center_id,
        'none' as provider, pool_id,
        -sum(amount_usd) as amount_usd
    from spend
    group by 1, 3, 4, 5, 7

),

origins as (

    select
        *,
        sum(amount_usd) over (partition by source_ref, usage_period) as origin_usd
    from allocated

),

rated as (

    select
        allocated.*,
        case
            when allocated.charge_type = 'unused' then 'unused'
            when allocated.is_allocated then rules.method
            else 'central'
        end as allocation_method,
        {{ money_ratio_of('allocated.amount_usd', 'allocated.origin_usd') }} as ratio,
        row_number() over (
            partition by allocated.source_ref, allocated.usage_period
            order by
                abs(allocated.amount_usd) desc, allocated.team_id asc, allocated.cost_center_id asc,
                allocated.charge_type asc
        ) as size_rank
    from origins as allocated
    left join rules
        on allocated.rule_id = rules.rule_id

),

charges as (

    select
        usage_period, charge_type, source_ref, team_id, cost_center_id, provider, pool_id,
        rule_id as allocation_rule_id,
        allocation_method,
        -- the largest part takes what the cut leaves over, so that the ratios of an origin sum to 1
        ratio + case
            when size_rank = 1 then 1 - sum(ratio) over (partition by source_ref, usage_period) else 0
        end as allocated_ratio,
        amount_usd,
        case when is_accrued then amount_usd else 0 end as accrued_usd
    from rated

    union all

    select
        usage_period, charge_type, source_ref, team_id, cost_center_id, provider, pool_id,
        null as allocation_rule_id,
        'moved_on' as allocation_method,
        null as allocated_ratio,
        amount_usd,
        0 as accrued_usd
    from taken

)

select
    usage_period,
    charge_type,
    source_ref,
    team_id,
    cost_center_id,
    'none' as service_name,
    -- tells lines of a statement apart that speak of one pool and team
    case when charge_type = 'unused' then 'unused capacity' else 'none' end as feature,
    'none' as environment,
    provider,
    'none' as billed_model,
    pool_id,
    allocation_rule_id,
    allocation_method,
    cast(allocated_ratio as decimal(16, 12)) as allocated_ratio,
    cast(amount_usd as {{ money_type() }}) as amount_usd,
    cast(accrued_usd as {{ money_type() }}) as accrued_usd
from charges
