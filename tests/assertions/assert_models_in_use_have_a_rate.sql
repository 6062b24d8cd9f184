-- Harm: use without a rate is spend nobody sees until the bill comes. What the last 30 days used and
-- could not price, the most tokens first; a listed rate beside it says that another meter, or a contract, is
-- what lacks. A warning: a new model is used before its price is known.
{{ config(
    severity='warn',
    meta={'says': 'Kinds of use of the last 30 days without a price', 'look_at': 'marts.fct_unpriced_usage_daily'},
) }}

with unpriced as (

    select * from {{ ref('int_accepted_attempts') }}
    where price_status in {{ unpriced_statuses() }} and usage_date >= {{ days_before(run_date(), 30) }}

),

used as (

    {% for meter in meters() %}
    select
        provider,
        {{ named_model() }} as model,
        priced_tier,
        region_scope,
        usage_at,
        usage_date,
        context_tokens,
        price_status,
        '{{ meter.name }}' as meter,
        {{ meter.quantity }} as quantity
    from unpriced
    where {{ meter.quantity }} != 0 and {{ meter.name }}_cost_usd is null
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

rates as (

    {% for meter in meters() %}
    select
        provider, model, service_tier, region_scope, valid_from, valid_to, context_start_tokens, context_end_tokens,
        '{{ meter.name }}' as meter,
        {{ meter.name }}_rate_usd as rate_usd
    from {{ ref('int_rate_windows') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    used.provider,
    used.model,
    used.priced_tier,
    used.region_scope,
    used.meter,
    used.price_status,
    count(*) as attempt_count,
    sum(used.quantity) as waiting_quantity,
    max(rates.rate_usd) as listed_rate_usd
from used
left join rates
    on
        used.provider = rates.provider
        and used.model = rates.model
        and used.priced_tier = rates.service_tier
        and used.region_scope = rates.region_scope
        and used.meter = rates.meter
        and used.usage_at >= rates.valid_from
        and used.usage_at < rates.valid_to
        and used.context_tokens >= rates.context_start_tokens
        and used.context_tokens < rates.context_end_tokens
group by 1, 2, 3, 4, 5, 6
order by 8 desc
