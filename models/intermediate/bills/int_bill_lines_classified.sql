-- Every line of every pull of every provider's bill, in one shape and in our words. Nothing is guessed:
-- what a seed does not list keeps its money and shows as unlisted, unmapped or without a quantity.
{{ config(materialized='table') }}

with lines as (

    select * from {{ ref('int_bill_lines_spread') }}

),

categories as (

    select * from {{ ref('bill_line_categories') }}

),

classes as (

    select * from {{ ref('bill_line_meters') }}

),

units as (

    select * from {{ ref('bill_units') }}

),

fx_rates as (

    select * from {{ ref('int_fx_rates') }}

),

joined as (

    select
        lines.*,
        case when lines.charge_type is not null then coalesce(categories.line_category, 'unlisted') end
            as line_category,
        coalesce(categories.is_reconciling_item, false)
        or coalesce(own_class.is_reconciling_item, any_class.is_reconciling_item, false) as is_reconciling_item,
        coalesce(own_class.meter, any_class.meter) as meter,
        units.quantity_unit,
        -- ten million million units on one line are a unit that was not understood, and would not fit a sum
        cast(
            case
                when abs(lines.billed_quantity) * cast(units.units_each as decimal(8, 0)) < 10000000000000
                    then cast(lines.billed_quantity as decimal(24, 9)) * cast(units.units_each as decimal(8, 0))
            end as {{ money_type() }}
        ) as quantity,
        fx_rates.usd_per_unit as fx_rate
    from lines
    left join categories
        on lines.charge_type = categories.charge_type
    left join classes as own_class
        on lines.provider = own_class.provider and lines.token_class = own_class.token_class
    left join classes as any_class
        on any_class.provider = '*' and lines.token_class = any_class.token_class
    left join units
        on lines.bill_source = units.bill_source and lines.billed_unit = units.unit
    left join fx_rates
        on
            lines.currency = fx_rates.currency
            and coalesce(lines.usage_date, lines.invoice_date, lines.billing_period_start_date) >= fx_rates.valid_from
            and coalesce(lines.usage_date, lines.invoice_date, lines.billing_period_start_date) < fx_rates.valid_to

)

select
    provider,
    billed_by,
    bill_source,
    billing_account_id,
    stated_account_id,
    replaced_scope,
    pulled_at,
    usage_date,
    coalesce(
        billing_period_start_date, {{ month_of('usage_date') }}
    ) as billing_period_start_date,
    invoice_id,
    invoice_date,
    reference_invoice_id,
    line_category,
    is_reconciling_item,
    charge_type,
    model_name,
    token_class,
    meter,
    service_tier,
    region_scope,
    amount,
    coalesce(invoiced_amount, amount) as invoiced_amount,
    list_amount,
    currency,
    {{ in_usd('amount') }} as amount_usd,
    {{ in_usd('coalesce(invoiced_amount, amount)') }} as invoiced_amount_usd,
    quantity,
    quantity_unit,
    billed_quantity,
    billed_unit,
    service,
    sub_account_id,
    credential_id,
    tags,
    description,
    charge_day_count,
    charge_day_number,
    batch_id,
    source_file,
    line_number,
    record_number,
    line_part
from joined
