-- Charges of which something was accrued in their own month, with what they are today.
{% set own = 'posting_period = usage_period' %}
with entries as (

    select * from {{ ref('int_ledger_entries') }}

),

charges as (

    select
        usage_period,
        {{ charge_columns()[1:] | join(', ') }},
        sum(case when {{ own }} and entry_type = 'accrual' then amount_usd else 0 end) as accrued_usd,
        max(case when {{ own }} and entry_type = 'accrual' then 1 else 0 end) as was_accrued,
        sum(case when {{ own }} then amount_usd else 0 end) as first_usd,
        sum(case when entry_type = 'accrual' then amount_usd else 0 end) as still_accrued_usd,
        sum(case when reason = 'invoice_true_up' then amount_usd else 0 end) as true_up_usd,
        sum(amount_usd) as now_usd
    from entries
    group by {{ range(1, charge_columns() | length + 1) | join(', ') }}

),

sums as (

    select
        usage_period,
        charge_type,
        provider,
        case when charge_type = 'usage' then 'requests' else source_ref end as source_ref,
        cast(sum(accrued_usd) as {{ money_type() }}) as accrued_usd,
        cast(sum(still_accrued_usd) as {{ money_type() }}) as still_accrued_usd,
        cast(sum(true_up_usd) as {{ money_type() }}) as true_up_usd,
        cast(sum(now_usd - first_usd) as {{ money_type() }}) as difference_usd,
        max(case when still_accrued_usd != 0 then 1 else 0 end) as is_open
    from charges
    where was_accrued = 1
    group by 1, 2, 3, 4

)

select
    sums.usage_period,
    sums.charge_type,
    sums.provider,
    sums.source_ref,
    case
        when sums.usage_period > state.last_posted_period then 'provisional'
        when sums.is_open = 1 then 'no_final_bill'
        else 'final'
    end as accrual_status,
    sums.accrued_usd,
    sums.still_accrued_usd,
    sums.true_up_usd,
    sums.difference_usd,
    {{ money_ratio_of('sums.difference_usd', 'sums.accrued_usd') }} as difference_share
from sums
cross join {{ ref('int_posting_state') }} as state
