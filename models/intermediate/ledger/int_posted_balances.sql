-- What has been posted so far for each charge, all its adjustments included.
select
    md5({{ row_text(charge_columns()) }}) as charge_key,
    {{ charge_columns() | join(', ') }},
    max(price_card_version) as price_card_version,
    max(pool_id) as pool_id,
    max(allocation_rule_id) as allocation_rule_id,
    cast(sum(amount_usd) as {{ money_type() }}) as amount_usd,
    cast(sum(case when entry_type = 'accrual' then amount_usd else 0 end) as {{ money_type() }}) as accrued_usd,
    cast(sum(attempt_count) as bigint) as attempt_count,
    cast(sum(case when entry_type = 'accrual' then attempt_count else 0 end) as bigint) as accrued_attempt_count,
    cast(sum(unpriced_count) as bigint) as unpriced_count
from {{ ref('stg_ledger__posted_entries') }}
group by 1, {{ charge_columns() | join(', ') }}
