-- Harm: a FOCUS file whose prices and quantities do not give its costs cannot be checked by whoever receives it.
-- No validator runs these rules: price times quantity is the cost to the last digit, consumed and priced
-- quantity are the same usage, what has no price has no SKU price either, and a SKU price is one price. Asked of the
-- months that moved, with the prices of all months beside them.
{%- set price = 'decimal(30, 15)' %}
{%- set quantity = 'decimal(24, 6)' %}
with charges as (

    select
        {{ adapter.quote('x_ChargeKey') }} as charge_key,
        {{ adapter.quote('SkuPriceId') }} as sku_price_id,
        cast({{ adapter.quote('PricingQuantity') }} as {{ quantity }}) as pricing_quantity,
        {{ adapter.quote('PricingQuantity') }} as full_quantity,
        {{ adapter.quote('PricingUnit') }} as pricing_unit,
        {{ adapter.quote('ConsumedQuantity') }} as consumed_quantity,
        {{ adapter.quote('ConsumedUnit') }} as consumed_unit,
        cast({{ adapter.quote('ListUnitPrice') }} as {{ price }}) as list_price,
        cast({{ adapter.quote('ContractedUnitPrice') }} as {{ price }}) as contracted_price,
        {{ adapter.quote('ListUnitPrice') }} as full_list_price,
        {{ adapter.quote('ContractedUnitPrice') }} as full_contracted_price,
        {{ adapter.quote('ListCost') }} as list_cost,
        {{ adapter.quote('ContractedCost') }} as contracted_cost,
        {{ adapter.quote('BilledCost') }} as billed_cost,
        {{ adapter.quote('PricingCategory') }} as pricing_category,
        cast(case {{ adapter.quote('PricingUnit') }}
            when '1000000 Tokens' then 1000000 when '1000 Requests' then 1000 else 1
        end as decimal(7, 0)) as block_size
    from {{ ref('rpt_focus_cost_and_usage') }}
    {{ where_focus_months_to_check(adapter.quote('BillingPeriodStart')) }}

),

ambiguous as (

    select {{ adapter.quote('SkuPriceId') }} as sku_price_id
    from {{ ref('rpt_focus_cost_and_usage') }}
    where {{ adapter.quote('SkuPriceId') }} in (select charges.sku_price_id from charges)
    group by 1
    having min({{ adapter.quote('ListUnitPrice') }}) != max({{ adapter.quote('ListUnitPrice') }})

)

select * from charges
where
    sku_price_id in (select ambiguous.sku_price_id from ambiguous)
    or list_price * pricing_quantity != list_cost
    or contracted_price * pricing_quantity != contracted_cost
    or full_quantity * block_size != consumed_quantity
    -- a part of a capacity has more decimals than fit here, and no price of its own
    or (pricing_quantity != full_quantity and full_list_price != 0)
    or list_price != full_list_price
    or contracted_price != full_contracted_price
    or (pricing_category = 'Standard' and billed_cost != contracted_cost)
    or (sku_price_id is null) != (pricing_quantity is null)
    or (sku_price_id is null) != (list_price is null)
    or (sku_price_id is null) != (contracted_price is null)
    or (pricing_quantity is null) != (pricing_unit is null)
    or (consumed_quantity is null) != (consumed_unit is null)
