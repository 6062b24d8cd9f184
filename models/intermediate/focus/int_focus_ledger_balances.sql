-- What the ledger says of each charge in the month that carries it. What is accrued and what is final is one
-- charge; the pairs that put a final amount in an accrual's place net to zero and are left out.
with entries as (

    select
        *,
        posting_period != usage_period as is_correction,
        case when posting_period != usage_period then reason end as correction_reason
    from {{ ref('int_ledger_entries') }}
    where coalesce(reason, '') not in ('accrual_reversal', 'invoice_received')

)

select
    md5({{ row_text(['posting_period'] + charge_columns() + ['correction_reason']) }}) as charge_key,
    md5({{ row_text(['usage_period'] + charge_columns() + ['null']) }}) as original_key,
    md5({{ row_text(charge_columns()) }}) as ledger_key,
    posting_period,
    {{ charge_columns() | join(', ') }},
    is_correction,
    correction_reason,
    max(pool_id) as pool_id,
    max(allocation_rule_id) as allocation_rule_id,
    max(allocation_method) as allocation_method,
    max(allocated_ratio) as allocated_ratio,
    max(price_card_version) as price_card_version,
    max(evidence) as evidence,
    cast(sum(amount_usd) as {{ money_type() }}) as amount_usd
from entries
group by 1, 2, 3, 4, {{ charge_columns() | join(', ') }}, is_correction, correction_reason
