-- Each cost with the amounts it had, so that the same rule splits all of them: what it is now, what was posted of it
-- in a closed month where that differs, and its first invoice where an estimate was posted.
with costs as (

    select
        *,
        {{ charge_type_of_cost() }} as charge_type
    from {{ ref('int_shared_costs') }}

),

posted as (

    select
        usage_period,
        charge_type,
        source_ref,
        cast(sum(amount_usd) as {{ money_type() }}) as amount_usd,
        sum(accrued_usd) as accrued_usd
    from {{ ref('int_posted_balances') }}
    where charge_type in ('shared', 'credit')
    group by 1, 2, 3

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
        'posted' as version,
        costs.*,
        posted.amount_usd as version_usd
    from costs
    inner join posted
        on
            costs.usage_period = posted.usage_period
            and costs.charge_type = posted.charge_type
            and costs.cost_id = posted.source_ref
    where posted.amount_usd != costs.amount_usd

    union all

    select
        'invoiced' as version,
        costs.*,
        invoices.amount_usd as version_usd
    from costs
    inner join posted
        on
            costs.usage_period = posted.usage_period
            and costs.charge_type = posted.charge_type
            and costs.cost_id = posted.source_ref
    inner join invoices
        on costs.cost_id = invoices.cost_id and invoices.invoice_number = 1
    where posted.accrued_usd != 0 and costs.cost_status = 'invoiced'

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
