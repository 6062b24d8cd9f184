-- Who has signed a closed month, and on which hash: all names in one text, in their order. Whether a signature is good
-- is said by `ai-cost close verify`, which has the keys.
with signatures as (

    select
        period_start,
        substring({{ joined_in_order("', ' || person", 'person') }}, 3) as signed_by,
        max(signed_at) as last_signed_at
    from {{ ref('close_signatures') }}
    group by 1

)

select
    signatures.period_start,
    signatures.signed_by,
    signatures.last_signed_at,
    periods.ledger_hash as signed_hash
from signatures
inner join {{ ref('accounting_periods') }} as periods
    on signatures.period_start = periods.period_start
