-- What was sent and is not in our figures, though a provider may bill it, with an estimate of its cost.
with usage as (

    select
        *,
        {{ known_meter_costs() }} as cost_usd
    from {{ ref('int_metered_usage_daily') }}

),

by_model as (

    select
        usage_date,
        provider,
        billing_account_id,
        billed_model,
        case
            when is_quarantined and is_billable then 'policy_quarantine'
            when not is_quarantined and attempt_outcome in {{ unmetered_outcomes() }} then attempt_outcome
            when not is_quarantined and is_billable then 'metered'
        end as kind,
        cast(sum(attempt_count) as bigint) as attempt_count,
        cast(sum(cost_usd) as {{ money_type() }}) as cost_usd
    from usage
    group by 1, 2, 3, 4, 5

),

metered as (

    select * from by_model
    where kind = 'metered'

),

metered_days as (

    select
        usage_date,
        cast(sum(attempt_count) as bigint) as attempt_count,
        cast(sum(cost_usd) as {{ money_type() }}) as cost_usd
    from metered
    group by 1

),

rejects as (

    select * from {{ ref('int_rejected_lines_daily') }}

)

select
    found.usage_date,
    found.kind,
    found.provider,
    found.billing_account_id,
    found.billed_model,
    found.attempt_count,
    case
        when found.kind = 'policy_quarantine' then found.cost_usd
        else {{ prorate('metered.cost_usd', 'found.attempt_count', 'metered.attempt_count') }}
    end as estimated_cost_usd,
    case
        when found.kind = 'policy_quarantine' then 'its own usage, priced'
        else 'mean attempt of the same day, account and model'
    end as estimate_rule
from by_model as found
left join metered
    on {{ same_line('found', 'metered', ['usage_date', 'provider', 'billing_account_id', 'billed_model']) }}
where found.kind != 'metered'

union all

select
    rejects.usage_date,
    'rejected_line' as kind,
    'unknown' as provider,
    'unknown' as billing_account_id,
    'unknown' as billed_model,
    rejects.reject_count as attempt_count,
    {{ prorate('metered_days.cost_usd', 'rejects.reject_count', 'metered_days.attempt_count') }} as estimated_cost_usd,
    'mean attempt of the day the file is of' as estimate_rule
from rejects
left join metered_days
    on rejects.usage_date = metered_days.usage_date
