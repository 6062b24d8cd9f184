-- One row per day, provider, billing account, model and meter that the gateways saw used. Bills give
-- fees per call without a model, so here too they stand under «all models».
with usage as (

    select * from {{ ref('int_metered_usage_daily') }}

),

metered as (

    {% for meter in meters() %}
    select
        usage_date,
        provider,
        billing_account_id,
        {{ 'billed_model' if meter.is_token else "'all models' as billed_model" }},
        '{{ meter.name }}' as meter,
        {{ meter.quantity }} as gateway_quantity,
        {{ meter.name }}_cost_usd as gateway_cost_usd,
        unpriced_count
    from usage
    where {{ meter.quantity }} != 0
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    usage_date,
    provider,
    billing_account_id,
    billed_model,
    meter,
    cast(sum(gateway_quantity) as {{ money_type() }}) as gateway_quantity,
    cast(sum(gateway_cost_usd) as {{ money_type() }}) as gateway_cost_usd,
    cast(sum(unpriced_count) as bigint) as unpriced_count
from metered
group by 1, 2, 3, 4, 5
