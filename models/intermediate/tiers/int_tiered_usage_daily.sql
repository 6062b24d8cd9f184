-- Usage that a contract's volume tiers cover, as int_metered_usage_daily has it, one row per meter. Empty where no
-- contract has tiers. Of two scales that fit a use, the more specific covers it: by model, then meter, then tier.
{{ config(materialized='table') }}

with scales as (

    select distinct
        scale_key, contract_id, provider, billing_account_id, valid_from, valid_to, model, meter, service_tier,
        counted_in
    from {{ ref('int_contract_tiers') }}

),

contracts as (

    select distinct contract_id, provider, billing_account_id, valid_from, valid_to
    from scales

),

-- reserved capacity costs nothing by the token, and moves no tier
usage as (

    select
        usage.*,
        contracts.contract_id,
        contracts.valid_from as contract_valid_from
    from {{ ref('int_metered_usage_daily') }} as usage
    inner join contracts
        on
            usage.provider = contracts.provider
            and usage.billing_account_id = contracts.billing_account_id
            and cast(usage.usage_date as timestamp) >= contracts.valid_from
            and cast(usage.usage_date as timestamp) < contracts.valid_to
    where usage.is_billable and not usage.is_quarantined and usage.service_tier != 'provisioned'

),

metered as (

    {% for meter in meters() %}
    select
        usage_date, provider, billing_account_id, contract_id, contract_valid_from, billed_model,
        '{{ meter.name }}' as meter,
        service_tier, team_id, credential_id, attempt_outcome,
        {{ meter.quantity }} as quantity,
        {{ meter.name }}_cost_usd as cost_usd
    from usage
    where {{ meter.quantity }} != 0
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

summed as (

    select
        usage_date, provider, billing_account_id, contract_id, contract_valid_from, billed_model, meter, service_tier,
        team_id, credential_id, attempt_outcome,
        cast(sum(quantity) as {{ quantity_sum_type() }}) as quantity,
        cast(sum(cost_usd) as {{ money_type() }}) as cost_usd
    from metered
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11

),

ranked as (

    select
        summed.*,
        scales.scale_key,
        scales.counted_in,
        row_number() over (
            partition by
                summed.usage_date, summed.provider, summed.billing_account_id, summed.billed_model, summed.meter,
                summed.service_tier, summed.team_id, summed.credential_id, summed.attempt_outcome
            order by
                case when scales.model = summed.billed_model then 0 else 1 end,
                case when scales.meter = summed.meter then 0 else 1 end,
                case when scales.service_tier = summed.service_tier then 0 else 1 end
        ) as scale_rank
    from summed
    inner join scales
        on
            summed.contract_id = scales.contract_id
            and summed.contract_valid_from = scales.valid_from
            and scales.model in (summed.billed_model, '*')
            and scales.meter in (summed.meter, '*')
            and scales.service_tier in (summed.service_tier, '*')
            and (scales.counted_in = 'usd' or summed.meter in {{ token_meters() }})

)

select
    usage_date, {{ month_of('usage_date') }} as usage_period,
    scale_key, contract_id, counted_in, provider, billing_account_id, billed_model, meter, service_tier,
    team_id, credential_id, attempt_outcome, quantity, cost_usd
from ranked
where scale_rank = 1
