-- What use drew from prepaid credits: what the bill says of the day, and our own figure where no bill speaks of it.
-- A credit, a tax or another purchase on the bill draws nothing.
with accounts as (

    select
        provider,
        billing_account_id,
        min(purchased_on) as first_purchase_date
    from {{ ref('prepaid_credits') }}
    group by 1, 2

),

billed as (

    select
        provider,
        billing_account_id,
        usage_date,
        false as is_estimated,
        cast(coalesce(sum(amount_usd), 0) as {{ money_type() }}) as drawn_usd,
        cast(sum(case when amount_usd is null then 1 else 0 end) as bigint) as unknown_count
    from {{ ref('int_bill_lines') }}
    where line_category = 'usage'
    group by 1, 2, 3

),

billed_days as (

    select * from {{ ref('int_billed_days') }}

),

estimated as (

    select
        gateway.provider,
        gateway.billing_account_id,
        gateway.usage_date,
        true as is_estimated,
        cast(coalesce(sum(gateway.gateway_cost_usd), 0) as {{ money_type() }}) as drawn_usd,
        cast(sum(gateway.unpriced_count) as bigint) as unknown_count
    from {{ ref('int_gateway_costs_daily') }} as gateway
    left join billed_days
        on
            gateway.provider = billed_days.provider
            and gateway.billing_account_id = billed_days.billing_account_id
            and gateway.usage_date = billed_days.usage_date
    where billed_days.provider is null and not gateway.is_reconciling_item
    group by 1, 2, 3

),

draws as (

    select * from billed
    union all
    select * from estimated

)

select draws.*
from draws
inner join accounts
    on
        draws.provider = accounts.provider
        and draws.billing_account_id = accounts.billing_account_id
        and draws.usage_date >= accounts.first_purchase_date
