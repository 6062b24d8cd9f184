{{ config(materialized='table') }}

-- Posted entries as they were posted; for months that are open, a balance that follows the data.
with posted as (

    select * from {{ ref('stg_ledger__posted_entries') }}

),

charges as (

    select charges.*
    from {{ ref('int_charges') }} as charges
    inner join {{ ref('int_posting_state') }} as state
        on charges.usage_period > state.last_posted_period

),

adjustments as (

    select
        adjustments.*,
        state.first_open_period
    from {{ ref('int_ledger_adjustments') }} as adjustments
    cross join {{ ref('int_posting_state') }} as state

),

open_entries as (

    -- the part that is final, or has no bill to wait for
    select
        usage_period as posting_period,
        {{ charge_columns() | join(', ') }},
        case charge_type when 'usage' then 'direct' when 'manual' then 'adjustment' else charge_type end as entry_type,
        stated_reason as reason,
        pool_id, allocation_rule_id, allocation_method, allocated_ratio,
        amount_usd - accrued_usd as amount_usd,
        attempt_count - accrued_attempt_count as attempt_count,
        unpriced_count, price_card_version, stated_evidence as evidence
    from charges
    where
        amount_usd != accrued_usd
        or attempt_count != accrued_attempt_count
        or (accrued_usd = 0 and accrued_attempt_count = 0)

    union all

    select
        usage_period as posting_period,
        {{ charge_columns() | join(', ') }},
        'accrual' as entry_type,
        null as reason,
        pool_id, allocation_rule_id, allocation_method, allocated_ratio,
        accrued_usd as amount_usd,
        accrued_attempt_count as attempt_count,
        case when attempt_count = accrued_attempt_count then unpriced_count else 0 end as unpriced_count,
        price_card_version, coalesce(stated_evidence, 'no final bill yet') as evidence
    from charges
    where accrued_usd != 0 or accrued_attempt_count != 0

    union all

    select
        first_open_period as posting_period,
        {{ charge_columns() | join(', ') }},
        entry_type, reason, pool_id, allocation_rule_id, allocation_method, allocated_ratio,
        part_usd as amount_usd,
        part_attempts as attempt_count,
        part_unpriced as unpriced_count, price_card_version, evidence
    from adjustments

),

final as (

    select {{ ledger_columns().keys() | join(', ') }}, true as is_posted
    from posted

    union all

    select
        md5({{ row_text(['posting_period'] + charge_columns() + ['entry_type', 'reason']) }}) as entry_id,
        {{ (ledger_columns().keys() | list)[1:-1] | join(', ') }},
        cast(null as timestamp) as posted_at,
        false as is_posted
    from open_entries

)

select
    {% for name, type in ledger_columns().items() -%}
    cast({{ name }} as {{ dbt.type_string() if type == 'varchar' else type }}) as {{ name }},
    {% endfor -%}
    is_posted
from final
