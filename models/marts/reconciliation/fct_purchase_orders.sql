with orders as (

    select
        *,
        coalesce(alert_share, 0.8) as alerts_at_share
    from {{ ref('purchase_orders') }}

),

draws as (

    select
        *,
        cast(
            sum(amount_usd) over (
                partition by po_number order by draw_date, is_invoiced rows between unbounded preceding and current row
            ) as {{ money_type() }}
        ) as used_so_far_usd
    from {{ ref('int_purchase_order_draws') }}

),

used as (

    select
        orders.po_number,
        sum(case when draws.is_invoiced then draws.amount_usd else 0 end) as invoiced_usd,
        sum(case when draws.is_invoiced then 0 else draws.amount_usd end) as uninvoiced_usd,
        sum(draws.unknown_count) as unknown_count,
        max(draws.draw_date) as last_draw_date,
        min(
            case
                when draws.used_so_far_usd >= cast(orders.alerts_at_share * orders.amount_usd as {{ money_type() }})
                    then draws.draw_date
            end
        ) as alert_date
    from orders
    inner join draws
        on orders.po_number = draws.po_number
    group by 1

),

summed as (

    select
        orders.*,
        cast(coalesce(used.invoiced_usd, 0) as {{ money_type() }}) as invoiced_usd,
        cast(coalesce(used.uninvoiced_usd, 0) as {{ money_type() }}) as uninvoiced_usd,
        cast(coalesce(used.invoiced_usd, 0) + coalesce(used.uninvoiced_usd, 0) as {{ money_type() }}) as used_usd,
        cast(coalesce(used.unknown_count, 0) as bigint) as unknown_count,
        used.last_draw_date,
        used.alert_date
    from orders
    left join used
        on orders.po_number = used.po_number

)

select
    po_number,
    provider,
    billing_account_id,
    valid_from,
    valid_to,
    amount_usd,
    invoiced_usd,
    uninvoiced_usd,
    used_usd,
    cast(amount_usd - used_usd as {{ money_type() }}) as remaining_usd,
    {{ money_ratio_of('used_usd', 'amount_usd') }} as used_share,
    cast(alerts_at_share as {{ money_ratio_type() }}) as alert_share,
    unknown_count,
    last_draw_date,
    alert_date,
    case
        when used_usd > amount_usd then 'exceeded'
        when alert_date is not null then 'runs_out'
        when valid_to <= {{ run_date() }} then 'ended'
        when valid_from > {{ run_date() }} then 'not_begun'
        else 'open'
    end as order_status
from summed
