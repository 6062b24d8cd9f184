-- The charges for usage that stand in detail: all but those of a closed month that was corrected since.
select charges.*
from {{ ref('int_focus_usage_charges') }} as charges
inner join {{ ref('int_focus_detailed_keys') }} as detailed
    on charges.ledger_key = detailed.ledger_key
