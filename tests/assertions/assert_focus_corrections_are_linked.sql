-- Harm: a correction that nobody can follow to the closed month it changes, or that changes a month that is
-- still open, is a second charge for the same usage.
with charges as (

    select * from {{ ref('int_focus_charges') }}

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
        or corrections.charge_end_date > corrections.billing_start_date
        or (corrections.correction_of is not null and originals.charge_key is null)
        or originals.charge_class is not null
        or originals.billing_start_date != originals.charge_start_date
        or originals.charge_start_date != corrections.charge_start_date
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
        or charge_start_date < billing_start_date
        or charge_end_date > {{ months_after('billing_start_date', 1) }}
    )
