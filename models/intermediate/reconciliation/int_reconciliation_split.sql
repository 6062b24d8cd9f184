-- The variance, split without remainder: usage only one side knows, the difference in volume at the
-- provider's price, the difference in price at our volume. Where the provider states no quantity the
-- two cannot be told apart and the variance stays whole in the residual.
with sides as (

    select * from {{ ref('int_reconciliation_sides') }}

),

-- whole units: what is prorated must be whole, and some bills state thousandths
units as (

    select
        *,
        cast(gateway_quantity as {{ quantity_sum_type() }}) as gateway_units,
        cast(provider_quantity as {{ quantity_sum_type() }}) as provider_units
    from sides

),

-- a quantity a million times smaller than ours is in a unit that was not understood
compared as (

    select
        *,
        has_gateway and has_provider and not is_reconciling_item
        and coalesce(abs(gateway_units) <= abs(provider_units) * cast(1000000 as decimal(7, 0)), false)
        and coalesce(provider_units, 0) != 0 as is_comparable
    from units

),

rescaled as (

    select
        *,
        -- the provider's cost, had it seen our quantity
        case when is_comparable then {{ prorate('provider_cost_usd', 'gateway_units', 'provider_units') }} end
            as provider_cost_at_gateway_quantity_usd
    from compared

),

parts as (

    select
        *,
        case
            when is_comparable then provider_cost_at_gateway_quantity_usd - provider_cost_usd else 0
        end as volume_part,
        case
            when is_comparable then coalesce(gateway_cost_usd, 0) - provider_cost_at_gateway_quantity_usd else 0
        end as price_part,
        case when not has_provider then variance_usd else 0 end as gateway_part,
        case when not has_gateway then variance_usd else 0 end as provider_part
    from rescaled

)

select
    usage_date,
    provider,
    billing_account_id,
    billed_model,
    meter,
    has_gateway,
    has_provider,
    gateway_quantity,
    provider_quantity,
    gateway_cost_usd,
    provider_cost_usd,
    is_reconciling_item,
    is_comparable,
    attempt_count,
    unpriced_count,
    cast(reconciling_item_usd as {{ money_type() }}) as reconciling_item_usd,
    cast(variance_usd as {{ money_type() }}) as variance_usd,
    cast(volume_part as {{ money_type() }}) as volume_variance_usd,
    cast(price_part as {{ money_type() }}) as price_variance_usd,
    cast(gateway_part as {{ money_type() }}) as unmatched_gateway_usd,
    cast(provider_part as {{ money_type() }}) as unmatched_provider_usd,
    cast(variance_usd - volume_part - price_part - gateway_part - provider_part as {{ money_type() }})
        as residual_usd
from parts
