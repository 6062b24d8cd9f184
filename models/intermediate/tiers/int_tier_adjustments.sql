-- What the tiers change in the cost of each row of usage, cut after 15 decimals: what the price of a tier makes of
-- its cost, in the part of the day that is in the tier. Negative is a saving. A use without a price gets none here.
{{ config(materialized='table') }}

{% set keys = [
    'usage_date', 'usage_period', 'scale_key', 'contract_id', 'provider', 'billing_account_id', 'billed_model', 'meter',
    'service_tier', 'team_id', 'credential_id', 'attempt_outcome',
] %}
with usage as (

    select * from {{ ref('int_tiered_usage_daily') }}
    where cost_usd is not null

),

shares as (

    select * from {{ ref('int_tier_shares') }}

),

priced as (

    select
        {% for key in keys %}
        usage.{{ key }},
        {% endfor %}
        shares.tier_units,
        shares.day_units,
        cast(
            case
                when shares.rate_usd is not null
                    then cast(usage.quantity * shares.rate_usd as {{ money_type() }}) - usage.cost_usd
                else -{{ prorate('usage.cost_usd', 'shares.discount_millionths', '1000000') }}
            end as {{ money_type() }}
        ) as change_usd
    from usage
    inner join shares
        on usage.scale_key = shares.scale_key and usage.usage_date = shares.usage_date

),

parts as (

    select
        *,
        {{ prorate('change_usd', 'tier_units', 'day_units') }} as part_usd
    from priced

)

select
    {{ keys | join(', ') }},
    cast(sum(part_usd) as {{ money_type() }}) as adjustment_usd
from parts
group by {{ keys | join(', ') }}
having sum(part_usd) != 0
