-- What partly priced requests used of the meters that have no price, and the seed that lacks the row.
{{ incremental_by_day() }}

with attempts as (

    select * from {{ ref('int_unpriced_attempts') }}
    {{ where_days_changed() }}

),

partly_priced as (

    select
        *,
        ' ' || meters_without_a_price || ' ' as missing_meters
    from attempts
    where price_status = 'partly_priced'

),

used as (

    {% for meter in meters() %}
    select
        usage_date,
        provider,
        model_name,
        service_tier,
        region_scope,
        price_source,
        '{{ meter.name }}' as meter,
        {{ meter.quantity }} as quantity,
        cost_lower_bound_usd,
        cost_usd
    from partly_priced
    where missing_meters like '% {{ meter.name }} %'
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    usage_date,
    provider,
    model_name,
    service_tier,
    region_scope,
    price_source,
    meter,
    cast(sum(quantity) as bigint) as quantity,
    count(*) as attempt_count,
    cast(sum(cost_lower_bound_usd) as {{ money_type() }}) as cost_lower_bound_usd,
    cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
    {{ missing_price_row('meter') }} as missing_row
from used
group by 1, 2, 3, 4, 5, 6, 7
