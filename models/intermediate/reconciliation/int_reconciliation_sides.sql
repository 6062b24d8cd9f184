-- The two sides beside each other. Totals can tie while one class of tokens is off, so the grain goes
-- down to the meter.
with gateway as (

    select * from {{ ref('int_gateway_costs_daily') }}

),

provider as (

    select * from {{ ref('int_provider_costs_daily') }}

)

select
    coalesce(gateway.usage_date, provider.usage_date) as usage_date,
    coalesce(gateway.provider, provider.provider) as provider,
    coalesce(gateway.billing_account_id, provider.billing_account_id) as billing_account_id,
    coalesce(gateway.billed_model, provider.billed_model) as billed_model,
    coalesce(gateway.meter, provider.meter) as meter,
    gateway.meter is not null as has_gateway,
    provider.meter is not null as has_provider,
    gateway.gateway_quantity,
    provider.provider_quantity,
    gateway.gateway_cost_usd,
    provider.provider_cost_usd,
    coalesce(gateway.unpriced_count, 0) as unpriced_count,
    coalesce(gateway.gateway_cost_usd, 0) - coalesce(provider.provider_cost_usd, 0) as variance_usd
from gateway
full outer join provider
    on
        gateway.usage_date = provider.usage_date
        and gateway.provider = provider.provider
        and gateway.billing_account_id = provider.billing_account_id
        and gateway.billed_model = provider.billed_model
        and gateway.meter = provider.meter
