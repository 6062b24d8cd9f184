-- Each difference in parts that have one reason: what came late, what remains, and the accrual that is
-- reversed (a pair that nets to zero). The reason is read from evidence, never typed in.
with differences as (

    select * from {{ ref('int_charge_differences') }}

),

late as (

    select
        *,
        -- the attempts loaded after the close are exactly those that are new
        period_late_attempts = period_new_attempts and late_attempts != 0 as is_late_known
    from differences

),

rest as (

    select
        *,
        cast(difference_usd - case when is_late_known then late_usd else 0 end as {{ money_type() }}) as rest_usd,
        difference_attempts - case when is_late_known then late_attempts else 0 end as rest_attempts
    from late

),

in_context as (

    select
        *,
        sum(rest_usd) over (
            partition by usage_period, charge_type, service_name, feature, environment, provider, billed_model
        ) as usage_rest_usd,
        sum(rest_attempts) over (
            partition by usage_period, charge_type, team_id, cost_center_id, service_name, feature, environment
        ) as owner_rest_attempts
    from rest

),

parts as (

    select
        *,
        'adjustment' as entry_type,
        'late_arrival' as reason,
        late_usd as part_usd,
        late_attempts as part_attempts,
        cast(late_attempts as {{ dbt.type_string() }}) || ' attempts loaded after the close' as evidence
    from in_context
    where is_late_known

    union all

    select
        *,
        'adjustment' as entry_type,
        {{ adjustment_reason() }} as reason,
        rest_usd as part_usd,
        rest_attempts as part_attempts,
        {{ adjustment_evidence() }} as evidence
    from in_context
    where rest_usd != 0 or rest_attempts != 0 or difference_unpriced != 0

    union all

    select
        *,
        'accrual' as entry_type,
        'accrual_reversal' as reason,
        accrual_difference_usd as part_usd,
        accrual_difference_attempts as part_attempts,
        'the bill is final, or what was accrued has changed' as evidence
    from in_context
    where accrual_difference_usd != 0 or accrual_difference_attempts != 0

    union all

    select
        *,
        'adjustment' as entry_type,
        'invoice_received' as reason,
        cast(-accrual_difference_usd as {{ money_type() }}) as part_usd,
        -accrual_difference_attempts as part_attempts,
        'takes the place of the accrual' as evidence
    from in_context
    where accrual_difference_usd != 0 or accrual_difference_attempts != 0

)

select
    *,
    case
        when entry_type = 'adjustment' and reason not in ('late_arrival', 'invoice_received') then difference_unpriced
        else 0
    end as part_unpriced
from parts
