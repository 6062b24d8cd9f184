-- Harm: a correction that nobody can follow to the closed month it changes, or that changes a month that is
-- still open, is a second charge for the same usage. Rows of closed months are those that were delivered.
with charges as (

    select
        {{ adapter.quote('x_ChargeKey') }} as charge_key,
        {{ adapter.quote('x_LedgerChargeKey') }} as ledger_key,
        {{ adapter.quote('x_CorrectionOf') }} as correction_of,
        {{ adapter.quote('x_CorrectionReason') }} as correction_reason,
        {{ adapter.quote('ChargeClass') }} as charge_class,
        {{ adapter.quote('SubAccountId') }} as team_id,
        {{ adapter.quote('BillingPeriodStart') }} as billing_start_at,
        {{ adapter.quote('BillingPeriodEnd') }} as billing_end_at,
        {{ adapter.quote('ChargePeriodStart') }} as charge_start_at,
        {{ adapter.quote('ChargePeriodEnd') }} as charge_end_at
    from {{ ref('rpt_focus_cost_and_usage') }}

)

select
    corrections.charge_key,
    corrections.correction_of,
    originals.charge_key as found
from charges as corrections
left join charges as originals
    on corrections.correction_of = originals.charge_key
where
    corrections.charge_class = 'Correction'
    and (
        corrections.correction_reason is null
        or corrections.charge_end_at > corrections.billing_start_at
        or (corrections.correction_of is not null and originals.charge_key is null)
        or originals.charge_class is not null
        or originals.billing_start_at != corrections.charge_start_at
        or originals.charge_start_at < corrections.charge_start_at
        or originals.charge_end_at > corrections.charge_end_at
        or originals.ledger_key != corrections.ledger_key
        or originals.team_id != corrections.team_id
    )

union all

-- and whatever crosses months is called a correction
select
    charge_key,
    correction_of,
    null as found
from charges
where
    charge_class is null
    and (
        correction_of is not null
        or charge_start_at < billing_start_at
        or charge_end_at > billing_end_at
    )
