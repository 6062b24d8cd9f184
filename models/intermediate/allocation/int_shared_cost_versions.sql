-- Each cost with the amounts it had, so that the same rule splits all of them: what it is now, what was posted of it
-- in a closed month and what the nights before have shown of it where these differ, and its first invoice where an
-- estimate was posted.
with costs as (

    select
        *,
        {{ charge_type_of_cost() }} as charge_type
    from {{ ref('int_shared_costs') }}

),

earlier as (

    select
        'posted' as version,
        usage_period,
        {{ cost_of_charge('charge_type') }} as charge_type,
        source_ref,
        cast(sum(amount_usd) as {{ money_type() }}) as amount_usd,
        sum(accrued_usd) as accrued_usd
    from {{ ref('int_posted_balances') }}
    where charge_type in ('shared', 'unused', 'credit')
    group by 1, 2, 3, 4

    union all

    select
        'shown' as version,
        usage_period,
        {{ cost_of_charge('figure') }} as charge_type,
        source_ref,
        cast(sum(change_usd) as {{ money_type() }}) as amount_usd,
        cast(0 as {{ money_type() }}) as accrued_usd
    from {{ ref('stg_ops__figure_movements') }}
    where figure in ('shared', 'unused', 'credit')
    group by 1, 2, 3, 4

),

recorded as (

    select
        *,
        max(case when cost_status = 'estimate' then recorded_at end) over (partition by cost_id) as last_estimate_at
    from {{ ref('int_recorded_shared_costs') }}

),

invoices as (

    select
        cost_id,
        amount_usd,
        row_number() over (partition by cost_id order by recorded_at) as invoice_number
    from recorded
    where cost_status = 'invoiced' and recorded_at > last_estimate_at

),

versions as (

    select
        'now' as version,
        costs.*,
        costs.amount_usd as version_usd
    from costs

    union all

    select
        earlier.version,
        costs.*,
        earlier.amount_usd as version_usd
    from costs
    inner join earlier
        on
            costs.usage_period = earlier.usage_period
            and costs.charge_type = earlier.charge_type
            and costs.cost_id = earlier.source_ref
    where earlier.amount_usd != costs.amount_usd

    union all

    select
        'invoiced' as version,
        costs.*,
        invoices.amount_usd as version_usd
    from costs
    inner join earlier
        on
            costs.usage_period = earlier.usage_period
            and costs.charge_type = earlier.charge_type
            and costs.cost_id = earlier.source_ref
            and earlier.version = 'posted'
    inner join invoices
        on costs.cost_id = invoices.cost_id and invoices.invoice_number = 1
    where earlier.accrued_usd != 0 and costs.cost_status = 'invoiced'

)

select
    version,
    cost_id,
    pool_id,
    usage_period,
    charge_type,
    provider,
    version = 'now' and cost_status = 'estimate' as is_accrued,
    cast(version_usd as {{ money_type() }}) as amount_usd
from versions
