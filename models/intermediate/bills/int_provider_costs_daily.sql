-- The bill that counts, by day and meter, without the charges no gateway can see. Where it states no
-- quantity the usage report's is taken, so that volume and price can be told apart.
with lines as (

    select
        usage_date,
        provider,
        billing_account_id,
        billed_model,
        meter,
        min(bill_source) as bill_source,
        -- a sum over some of the lines would look like a smaller volume
        cast(case when count(quantity) = count(*) then sum(quantity) end as {{ money_type() }}) as quantity,
        cast(sum(amount_usd) as {{ money_type() }}) as amount_usd,
        count(*) as bill_line_count
    from {{ ref('int_bill_lines') }}
    where amount_usd is not null and not is_reconciling_item
    group by 1, 2, 3, 4, 5

),

usage as (

    select * from {{ ref('int_provider_usage_daily') }}

)

select
    lines.usage_date,
    lines.provider,
    lines.billing_account_id,
    lines.billed_model,
    lines.meter,
    coalesce(lines.quantity, usage.quantity) as provider_quantity,
    case
        when lines.quantity is not null then lines.bill_source
        when usage.quantity is not null then usage.usage_source
    end as quantity_source,
    lines.amount_usd as provider_cost_usd,
    usage.uncosted_quantity,
    lines.bill_line_count
from lines
left join usage
    on
        lines.usage_date = usage.usage_date
        and lines.provider = usage.provider
        and lines.billing_account_id = usage.billing_account_id
        and lines.billed_model = usage.billed_model
        and lines.meter = usage.meter
