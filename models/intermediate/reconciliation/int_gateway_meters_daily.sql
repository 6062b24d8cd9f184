-- int_metered_usage_daily unpivoted: one row per meter, after the volume tiers of contracts. Bills give fees per call
-- without a model, so here too their model is "all models". A tier that the bill leaves out is set apart as
-- absent_tier; where a bill does not tell the classes of tokens apart, neither does this (all_tokens).
{{ incremental_by_period('int_gateway_meter_days', 'usage_date', "'day'") }}

with usage as (

    select * from {{ ref('int_metered_usage_daily') }}
    {{ where_periods_changed('int_gateway_meter_days', 'usage_date', "'day'") }}

),

absent_tiers as (

    select * from {{ ref('bill_absent_tiers') }}

),

undivided_bills as (

    select distinct usage_date, provider, billing_account_id
    from {{ ref('int_bill_lines') }}
    where meter = 'all_tokens'

),

{% set shape = [
    'usage_date', 'provider', 'billing_account_id', 'billed_model', 'meter', 'service_tier', 'team_id', 'credential_id',
    'attempt_outcome', 'is_counted', 'is_quarantined', 'gateway_quantity', 'gateway_cost_usd', 'attempt_count',
    'unpriced_count', 'covered_count',
] %}
metered as (

    {% for meter in meters() %}
    select
        usage_date, provider, billing_account_id, billed_model,
        '{{ meter.name }}' as meter,
        service_tier, team_id, credential_id, attempt_outcome,
        is_billable and not is_quarantined as is_counted,
        is_quarantined,
        {{ meter.quantity }} as gateway_quantity,
        {{ meter.name }}_cost_usd as gateway_cost_usd,
        attempt_count,
        case when meters_without_a_price is null or {{ meter.name }}_cost_usd is null then unpriced_count else 0 end
            as unpriced_count,
        covered_count
    from usage
    where {{ meter.quantity }} != 0
    union all
    {% endfor %}

    select
        usage_date, provider, billing_account_id, billed_model, meter, service_tier, team_id, credential_id,
        attempt_outcome,
        true as is_counted,
        false as is_quarantined,
        cast(null as {{ money_type() }}) as gateway_quantity,
        adjustment_usd as gateway_cost_usd,
        0 as attempt_count,
        0 as unpriced_count,
        0 as covered_count
    from {{ ref('int_tier_adjustments') }}
    {{ where_periods_changed('int_gateway_meter_days', 'usage_date', "'day'") }}

),

placed as (

    select
        {% for column in shape %}
        metered.{{ column }},
        {% endfor %}
        absent_tiers.service_tier is not null as is_reconciling_item,
        case
            when absent_tiers.service_tier is not null then 'absent_tier'
            when undivided_bills.provider is not null then 'all_tokens'
        end as undivided_meter
    from metered
    left join absent_tiers
        on
            metered.provider = absent_tiers.provider
            and metered.service_tier = absent_tiers.service_tier
    left join undivided_bills
        on
            metered.usage_date = undivided_bills.usage_date
            and metered.provider = undivided_bills.provider
            and metered.billing_account_id = undivided_bills.billing_account_id

),

named as (

    select
        {{ shape | reject('in', ['billed_model', 'meter']) | join(', ') }},
        is_reconciling_item,
        case when undivided_meter is null and meter in {{ call_meters() }} then 'all models' else billed_model end
            as billed_model,
        coalesce(undivided_meter, meter) as meter
    from placed

)

select
    {{ line_keys() | join(', ') }},
    is_reconciling_item,
    service_tier,
    team_id,
    credential_id,
    attempt_outcome,
    is_counted,
    is_quarantined,
    -- meters of different kinds stand under one name there: their quantities do not add up
    cast(sum(case when meter not in ('absent_tier', 'all_tokens') then gateway_quantity end) as {{ money_type() }})
        as gateway_quantity,
    cast(sum(gateway_cost_usd) as {{ money_type() }}) as gateway_cost_usd,
    cast(sum(attempt_count) as bigint) as attempt_count,
    cast(sum(unpriced_count) as bigint) as unpriced_count,
    cast(sum(covered_count) as bigint) as covered_count
from named
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
