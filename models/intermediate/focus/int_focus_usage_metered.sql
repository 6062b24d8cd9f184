-- The same usage with a row per meter and the price of one unit: what was charged, and what the list has.
with usage as (

    select * from {{ ref('int_focus_usage_daily') }}

),

metered as (

    {% for meter in meters() %}
    select
        {{ focus_usage_key() | join(', ') }},
        '{{ meter.name }}' as meter,
        {{ meter.quantity }} as quantity,
        {{ meter.name }}_cost_usd as cost_usd,
        {{ meter.name }}_list_rate_usd as list_rate_usd
    from usage
    where {{ meter.quantity }} != 0
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

-- within a row the price is one, so that the cost by the quantity is exactly it
select
    *,
    case
        when price_source != 'commitment'
            then cast({{ prorate('cost_usd', '1', 'quantity') }} as {{ unit_rate_type() }})
        else list_rate_usd
    end as contracted_rate_usd
from metered
