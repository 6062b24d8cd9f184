-- The same usage with a row per meter and the price of one unit: what was charged, and what the list has. Built
-- by days because digests of millions of rows, rebuilt each night, would be most of what FOCUS costs.
{{ incremental_by_day() }}

with usage as (

    select * from {{ ref('int_focus_usage_daily') }}
    {{ where_days_changed() }}

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
    where {{ meter.quantity }} != 0 and {{ meter.name }}_cost_usd is not null
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
    end as contracted_rate_usd,
    md5({{ row_text(focus_usage_key() + ['meter']) }}) as charge_key,
    -- the charge of the ledger that this is a part of: charge_columns() as int_charges_daily fills them
    md5({{ row_text([
        month_of('usage_date'), "'usage'", "'requests'", "coalesce(team_id, 'unattributed')",
        "coalesce(cost_center_id, 'none')",
        "coalesce(service_name, 'none')", "coalesce(feature, 'none')", "coalesce(environment, 'none')",
        "coalesce(provider, 'none')", "coalesce(billed_model, 'none')",
    ]) }}) as ledger_key
from metered
