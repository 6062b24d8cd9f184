-- What is not right with prepaid credits. Balances: one finding of each kind and account. Purchases: one for each that
-- is not what a bill asks for. A purchase needs one once an invoice of its account is loaded, or another purchase on a
-- FOCUS file, that is not older; who loads neither has nothing to hold it against.
with stated as (

    {% for relation in ['int_invoice_lines', 'int_prepaid_charges'] %}
    select
        provider,
        billing_account_id,
        stated_date
    from {{ ref(relation) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

invoices as (

    select
        purchases.credit_id,
        min(stated.stated_date) as next_invoice_date
    from {{ ref('prepaid_credits') }} as purchases
    inner join stated
        on
            purchases.provider = stated.provider
            and purchases.billing_account_id = stated.billing_account_id
            and purchases.purchased_on <= stated.stated_date
    group by 1

),

compared as (

    select
        pairs.*,
        invoices.next_invoice_date,
        case
            when pairs.credit_id is null then 'not_recorded'
            when pairs.invoice_id is null and invoices.next_invoice_date is not null then 'without_invoice'
            when pairs.invoice_id is null then 'no_invoice_yet'
            when abs(pairs.invoiced_usd - pairs.purchased_usd) < {{ a_cent() }} then 'ties'
            else 'invoice_differs'
        end as purchase_status,
        case
            when pairs.invoice_id is null then pairs.purchased_usd
            else abs(pairs.invoiced_usd - coalesce(pairs.purchased_usd, 0))
        end as apart_usd
    from {{ ref('int_prepaid_invoices') }} as pairs
    left join invoices
        on pairs.credit_id = invoices.credit_id

)

select
    'prepaid_' || balance_status as finding,
    provider,
    billing_account_id,
    'prepaid credits' as subject,
    min(balance_date) as first_usage_date,
    max(balance_date) as last_usage_date,
    min(balance_date) as found_date,
    max(balance_date) as last_found_date,
    count(*) as item_count,
    cast(
        max(abs(case when balance_status = 'below_zero' then closing_usd else difference_usd end)) as {{ money_type() }}
    ) as amount_usd
from {{ ref('fct_prepaid_balances') }}
where balance_status in ('below_zero', 'does_not_tie')
group by 1, 2, 3

union all

-- lines of one invoice are one thing to see to
select
    'prepaid_' || purchase_status as finding,
    provider,
    billing_account_id,
    case
        when credit_id is null then 'invoice ' || invoice_id
        else 'prepaid credits ' || credit_id || coalesce(', invoice ' || invoice_id, '')
    end as subject,
    min(coalesce(purchased_on, invoiced_on)) as first_usage_date,
    max(coalesce(purchased_on, invoiced_on)) as last_usage_date,
    min(coalesce(cast(pulled_at as date), next_invoice_date)) as found_date,
    max(coalesce(cast(pulled_at as date), next_invoice_date)) as last_found_date,
    count(*) as item_count,
    -- what is unknown makes no sum
    cast(case when count(apart_usd) = count(*) then sum(apart_usd) end as {{ money_type() }}) as amount_usd
from compared
where purchase_status not in ('ties', 'no_invoice_yet')
group by 1, 2, 3, 4
