-- One row per day, provider, billing account, model and meter that the gateways saw used.
{% for meter in meters() %}
select
    usage_date,
    provider,
    billing_account_id,
    billed_model,
    '{{ meter.name }}' as meter,
    {{ meter.quantity }} as gateway_quantity,
    {{ meter.name }}_cost_usd as gateway_cost_usd,
    unpriced_count
from {{ ref('int_metered_usage_daily') }}
where {{ meter.quantity }} != 0
{{ 'union all' if not loop.last }}
{% endfor %}
