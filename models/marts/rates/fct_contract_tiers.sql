with months as (

    select * from {{ ref('int_tier_months') }}

),

tiers as (

    select * from {{ ref('int_contract_tiers') }}

),

reached as (

    select
        months.scale_key,
        months.usage_period,
        max(case when months.month_units >= tiers.from_units then tiers.from_amount end) as reached_from_amount,
        min(case when months.month_units < tiers.from_units then tiers.from_amount end) as next_from_amount
    from months
    inner join tiers
        on months.scale_key = tiers.scale_key
    group by 1, 2

)

select
    months.usage_period,
    months.contract_id,
    months.provider,
    months.billing_account_id,
    months.model,
    months.meter,
    months.service_tier,
    months.counted_in,
    months.holds_for,
    months.last_usage_date,
    cast(
        case months.counted_in
            when 'usd' then months.month_units * cast(0.000001 as decimal(6, 6)) else months.month_units
        end as {{ money_type() }}
    ) as used_amount,
    reached.reached_from_amount,
    reached.next_from_amount,
    months.cost_usd as cost_before_tiers_usd,
    months.adjustment_usd,
    cast(months.cost_usd + months.adjustment_usd as {{ money_type() }}) as cost_usd,
    months.is_final
from months
inner join reached
    on months.scale_key = reached.scale_key and months.usage_period = reached.usage_period
