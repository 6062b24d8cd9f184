-- The same as charges of the ledger: each team's part goes to its cost centres, services, features and environments
-- as its usage of the model does. Provisional until the month is final.
{{ config(materialized='table') }}

{% set owner = ['cost_center_id', 'service_name', 'feature', 'environment'] %}
with parts as (

    select
        *,
        abs(part_usd) as size_usd
    from {{ ref('int_tier_parts') }}

),

days as (

    select
        scale_key,
        usage_date
    from {{ ref('int_tier_days') }}

),

used as (

    select
        parts.scale_key,
        parts.usage_period,
        parts.team_id,
        parts.billed_model,
        charges.{{ owner | join(', charges.') }},
        cast(
            greatest(ceil(sum(charges.amount_usd) * cast(1000000 as decimal(7, 0))), 1) as {{ quantity_sum_type() }}
        ) as weight
    from parts
    inner join days
        on parts.scale_key = days.scale_key
    inner join {{ ref('int_charges_daily') }} as charges
        on
            parts.usage_period = charges.usage_period
            and days.usage_date = charges.usage_date
            and parts.provider = charges.provider
            and parts.billing_account_id = charges.billing_account_id
            and parts.team_id = charges.team_id
            and parts.billed_model = charges.billed_model
    group by 1, 2, 3, 4, 5, 6, 7, 8

),

weighed as (

    select
        parts.*,
        {% for column in owner %}
        coalesce(used.{{ column }}, 'none') as {{ column }},
        {% endfor %}
        coalesce(used.weight, 1) as weight,
        cast(
            sum(coalesce(used.weight, 1)) over (
                partition by parts.scale_key, parts.usage_period, parts.team_id, parts.billed_model
            ) as {{ quantity_sum_type() }}
        ) as total_weight
    from parts
    left join used
        on
            parts.scale_key = used.scale_key
            and parts.usage_period = used.usage_period
            and parts.team_id = used.team_id
            and parts.billed_model = used.billed_model

),

cut as (

    select
        *,
        {{ prorate('size_usd', 'weight', 'total_weight') }} as cut_usd,
        {{ prorate_remainder('size_usd', 'weight', 'total_weight') }} as remainder
    from weighed

),

footed as (

    select
        *,
        {{ with_missing_units(
            'cut_usd', 'remainder', 'size_usd', ['scale_key', 'usage_period', 'team_id', 'billed_model'],
            owner | join(', '),
        ) }} as charge_usd
    from cut

)

select
    usage_period,
    'usage' as charge_type,
    'volume tiers of ' || contract_id as source_ref,
    team_id,
    {{ owner | join(', ') }},
    provider,
    billed_model,
    contract_id as price_card_version,
    cast(sum(case when part_usd < 0 then -charge_usd else charge_usd end) as {{ money_type() }}) as amount_usd,
    cast(
        sum(case when is_final then 0 when part_usd < 0 then -charge_usd else charge_usd end) as {{ money_type() }}
    ) as accrued_usd
from footed
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
