-- The meters of int_metered_usage_daily below each other. Bills give fees per call without a model, so here
-- too they stand under «all models». Usage that the provider's report leaves out (reconciliation_absences)
-- is set apart: its meter is the name of the absence.
{{ config(materialized='table') }}

with usage as (

    select * from {{ ref('int_metered_usage_daily') }}

),

absences as (

    select
        provider,
        service_tier,
        absence,
        {{ validity_dates() }}
    from {{ ref('reconciliation_absences') }}

),

placed as (

    select
        usage.*,
        absences.absence
    from usage
    left join absences
        on
            usage.provider = absences.provider
            and usage.service_tier = absences.service_tier
            and usage.usage_date >= absences.valid_from and usage.usage_date < absences.valid_to

),

metered as (

    {% for meter in meters() %}
    select
        usage_date,
        provider,
        billing_account_id,
        {{ 'billed_model' if meter.is_token else "'all models' as billed_model" }},
        coalesce(absence, '{{ meter.name }}') as meter,
        absence is not null as is_known_absent,
        service_tier,
        team_id,
        credential_id,
        attempt_outcome,
        is_billable and not is_quarantined as is_counted,
        is_quarantined,
        {{ meter.quantity }} as gateway_quantity,
        {{ meter.name }}_cost_usd as gateway_cost_usd,
        attempt_count,
        unpriced_count,
        covered_count
    from placed
    where {{ meter.quantity }} != 0
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    {{ line_keys() | join(', ') }},
    is_known_absent,
    service_tier,
    team_id,
    credential_id,
    attempt_outcome,
    is_counted,
    is_quarantined,
    -- meters of different kinds stand under one absence: their quantities do not add up
    cast(sum(case when not is_known_absent then gateway_quantity end) as {{ money_type() }}) as gateway_quantity,
    cast(sum(gateway_cost_usd) as {{ money_type() }}) as gateway_cost_usd,
    cast(sum(attempt_count) as bigint) as attempt_count,
    cast(sum(unpriced_count) as bigint) as unpriced_count,
    cast(sum(covered_count) as bigint) as covered_count
from metered
group by {{ line_keys() | join(', ') }}, is_known_absent, service_tier, team_id, credential_id,
    attempt_outcome, is_counted, is_quarantined
