-- What the ledger says of each charge in the month that carries it. What is accrued and what is final is one
-- charge; the pairs that put a final amount in an accrual's place net to zero and are left out.
with entries as (

    select
        *,
        posting_period != usage_period as is_correction,
        case when posting_period != usage_period then reason end as correction_reason
    from {{ ref('int_ledger_entries') }}
    where coalesce(reason, '') not in ('accrual_reversal', 'invoice_received')

),

posted as (

    select * from {{ ref('int_focus_posted_charges') }}

),

delivered as (

    select
        x_ledgerchargekey as ledger_key,
        x_chargekey as charge_key,
        row_number() over (partition by x_ledgerchargekey order by abs(effectivecost) desc, x_chargekey asc)
            as cost_rank
    from posted
    where chargeclass is null

),

balances as (

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

)

select
    balances.charge_key,
    -- of a month whose file was posted, the largest row that was delivered for the charge
    case
        when balances.usage_period in (select posted.posting_period from posted) then delivered.charge_key
        else balances.original_key
    end as original_key,
    balances.ledger_key,
    balances.posting_period,
    {% for column in charge_columns() -%}
    balances.{{ column }},
    {% endfor -%}
    balances.is_correction,
    balances.correction_reason,
    balances.pool_id,
    balances.allocation_rule_id,
    balances.allocation_method,
    balances.allocated_ratio,
    balances.price_card_version,
    balances.evidence,
    balances.amount_usd
from balances
left join delivered
    on balances.ledger_key = delivered.ledger_key and delivered.cost_rank = 1
