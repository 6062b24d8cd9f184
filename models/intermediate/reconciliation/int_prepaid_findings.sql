-- Balances of prepaid credits that are not right, as one finding of each kind and account.
select
    'prepaid_' || balance_status as finding,
    provider,
    billing_account_id,
    min(balance_date) as found_date,
    max(balance_date) as last_found_date,
    count(*) as item_count,
    cast(
        max(abs(case when balance_status = 'below_zero' then closing_usd else difference_usd end)) as {{ money_type() }}
    ) as amount_usd
from {{ ref('fct_prepaid_balances') }}
where balance_status in ('below_zero', 'does_not_tie')
group by 1, 2, 3
