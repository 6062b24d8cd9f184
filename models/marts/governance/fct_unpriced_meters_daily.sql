-- What partly priced requests used of the meters that have no price, and the seed that lacks the row.
{{ incremental_by_day() }}

with attempts as (

    select
        *,
        {{ named_model() }} as model_name
    from {{ ref('int_accepted_attempts') }}
    {{ where_days_changed() }}

),

partly_priced as (

    select * from attempts
    where price_status = 'partly_priced'

),

used as (

    {% for meter in meters() %}
    select
        usage_date,
        provider,
        model_name,
        priced_tier as service_tier,
        region_scope,
        price_source,
        '{{ meter.name }}' as meter,
        {{ meter.quantity }} as quantity,
        cost_lower_bound_usd,
        cost_usd
    from partly_priced
    where {{ meter.quantity }} != 0 and {{ meter.name }}_cost_usd is null
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
