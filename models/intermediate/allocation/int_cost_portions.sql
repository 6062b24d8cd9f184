-- What is to be allocated, in the portions that are allocated by themselves: a month, or a day of it.
{% set columns = 'pool_id, rule_id, allocated_by, usage_period, source_ref, version, charge_type, provider,
    is_accrued' %}

with ladders as (

    select * from {{ ref('int_allocation_ladders') }}
    where ladder_problem is null

),

spend as (

    select * from {{ ref('int_pooled_spend') }}
    where pool_id is not null

),

costs as (

    select * from {{ ref('int_shared_cost_versions') }}

),

days as (

    {{ month_day_numbers() }}

),

from_requests as (

    select
        spend.pool_id,
        coalesce(ladders.rule_id, 'none') as rule_id,
        coalesce(ladders.allocated_by, 'month') as allocated_by,
        spend.usage_period,
        case when ladders.allocated_by = 'day' then spend.usage_date else spend.usage_period end as portion_date,
        spend.pool_id as source_ref,
        'now' as version,
        'shared' as charge_type,
        'none' as provider, false as is_accrued,
        sum(spend.amount_usd) as amount_usd
    from spend
    left join ladders
        on
            spend.pool_id = ladders.pool_id
            and spend.usage_period >= ladders.valid_from and spend.usage_period < ladders.valid_to
    group by 1, 2, 3, 4, 5, 6

),

-- a cost whose pool has no rule yet, or feeds one without, stays central
by_month as (

    select
        costs.pool_id,
        coalesce(ladders.rule_id, 'none') as rule_id,
        coalesce(ladders.allocated_by, 'month') as allocated_by,
        costs.usage_period,
        costs.cost_id as source_ref,
        costs.version,
        costs.charge_type,
        costs.provider,
        costs.is_accrued,
        costs.amount_usd
    from costs
    left join ladders
        on
            costs.pool_id = ladders.pool_id
            and costs.usage_period >= ladders.valid_from and costs.usage_period < ladders.valid_to

),

by_day as (

    select
        by_month.*,
        {{ days_before('by_month.usage_period', '(-days.day_number)') }} as portion_date,
        count(*) over (partition by by_month.source_ref, by_month.version) as day_count,
        row_number() over (partition by by_month.source_ref, by_month.version order by days.day_number) as nth_day
    from by_month
    inner join days
        on
            {{ days_before('by_month.usage_period', '(-days.day_number)') }}
            < {{ months_after('by_month.usage_period', 1) }}
    where by_month.allocated_by = 'day'

),

-- equal days, as differences of the running total, so that they sum to the month
spread as (

    select
        *,
        {{ prorate('amount_usd', 'nth_day', 'day_count') }}
        - {{ prorate('amount_usd', '(nth_day - 1)', 'day_count') }} as day_usd
    from by_day

),

final as (

    select {{ columns }}, portion_date, amount_usd
    from from_requests
    union all
    select {{ columns }}, portion_date, day_usd as amount_usd
    from spread
    union all
    select {{ columns }}, usage_period as portion_date, amount_usd
    from by_month
    where allocated_by = 'month'

)

select
    {{ columns }},
    portion_date,
    cast(amount_usd as {{ money_type() }}) as amount_usd
from final
