-- What the tiers change in a month, in parts by team and model: in proportion to what the use of each cost before, so
-- that all pay the same rate for the month, whoever came first. Parts sum to the whole, by largest remainder.
-- Proportions are in millionths of a dollar, rounded up, so that the least takes part.
with months as (

    select
        *,
        abs(adjustment_usd) as size_usd
    from {{ ref('int_tier_months') }}
    where adjustment_usd != 0

),

used as (

    select
        scale_key,
        usage_period,
        coalesce(team_id, 'unattributed') as team_id,
        billed_model,
        cast(greatest(ceil(sum(cost_usd) * cast(1000000 as decimal(7, 0))), 1) as {{ quantity_sum_type() }}) as weight
    from {{ ref('int_tiered_usage_daily') }}
    where cost_usd is not null
    group by 1, 2, 3, 4

),

weighed as (

    select
        *,
        cast(sum(weight) over (partition by scale_key, usage_period) as {{ quantity_sum_type() }}) as total_weight
    from used

),

cut as (

    select
        months.scale_key,
        months.contract_id,
        months.provider,
        months.billing_account_id,
        months.usage_period,
        months.adjustment_usd,
        months.size_usd,
        months.is_final,
        weighed.team_id,
        weighed.billed_model,
        {{ prorate('months.size_usd', 'weighed.weight', 'weighed.total_weight') }} as cut_usd,
        {{ prorate_remainder('months.size_usd', 'weighed.weight', 'weighed.total_weight') }} as remainder
    from months
    inner join weighed
        on months.scale_key = weighed.scale_key and months.usage_period = weighed.usage_period

),

footed as (

    select
        *,
        {{ with_missing_units(
            'cut_usd', 'remainder', 'size_usd', ['scale_key', 'usage_period'], 'team_id, billed_model',
        ) }} as part_usd
    from cut

)

select
    scale_key,
    contract_id,
    provider,
    billing_account_id,
    usage_period,
    team_id,
    billed_model,
    is_final,
    cast(case when adjustment_usd < 0 then -part_usd else part_usd end as {{ money_type() }}) as part_usd
from footed
