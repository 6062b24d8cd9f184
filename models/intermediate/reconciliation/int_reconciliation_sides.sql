-- The two sides beside each other. Totals can tie while one class of tokens is off, so the grain goes
-- down to the meter. What one side can never have (tax, credits, seats, a tier the report leaves out) is
-- not a variance; it stands under the name of its category.
with gateway as (

    select * from {{ ref('int_gateway_costs_daily') }}

),

provider as (

    select
        {{ line_keys() | join(', ') }},
        false as is_reconciling_item,
        provider_quantity,
        provider_cost_usd
    from {{ ref('int_provider_costs_daily') }}

    union all

    select
        {{ line_keys() | join(', ') }},
        true as is_reconciling_item,
        cast(null as {{ money_type() }}) as provider_quantity,
        cast(sum(amount_usd) as {{ money_type() }}) as provider_cost_usd
    from {{ ref('int_bill_lines_by_category') }}
    where is_reconciling_item and amount_usd is not null
    group by {{ line_keys() | join(', ') }}

),

sides as (

    select
        {% for key in line_keys() %}
        coalesce(gateway.{{ key }}, provider.{{ key }}) as {{ key }},
        {% endfor %}
        gateway.meter is not null as has_gateway,
        provider.meter is not null as has_provider,
        coalesce(gateway.is_reconciling_item, provider.is_reconciling_item, false) as is_reconciling_item,
        gateway.gateway_quantity,
        provider.provider_quantity,
        gateway.gateway_cost_usd,
        provider.provider_cost_usd,
        coalesce(gateway.attempt_count, 0) as attempt_count,
        coalesce(gateway.unpriced_count, 0) as unpriced_count,
        cast(coalesce(gateway.gateway_cost_usd, 0) - coalesce(provider.provider_cost_usd, 0) as {{ money_type() }})
            as difference_usd
    from gateway
    full outer join provider
        on {{ same_line('gateway', 'provider') }}

)

select
    *,
    cast(case when is_reconciling_item then difference_usd else 0 end as {{ money_type() }}) as reconciling_item_usd,
    cast(case when is_reconciling_item then 0 else difference_usd end as {{ money_type() }}) as variance_usd
from sides
