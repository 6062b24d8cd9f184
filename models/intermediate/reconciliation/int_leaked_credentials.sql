-- One key that leaked is one thing to see to, on however many lines of the bill it stands.
with leaked as (

    select * from {{ ref('fct_leaked_spend') }}
    where seen_by = 'provider_only' and credential_status = 'unregistered' and is_settled

)

select
    leaked.provider,
    leaked.billing_account_id,
    leaked.credential_id,
    min(leaked.usage_date) as first_usage_date,
    max(leaked.usage_date) as last_usage_date,
    min(days.found_date) as found_date,
    max(days.found_date) as last_found_date,
    count(*) as line_count,
    cast(sum(leaked.cost_usd) as {{ money_type() }}) as cost_usd
from leaked
inner join {{ ref('int_bill_days') }} as days
    on
        leaked.provider = days.provider
        and leaked.billing_account_id = days.billing_account_id
        and leaked.usage_date = days.usage_date
group by 1, 2, 3
