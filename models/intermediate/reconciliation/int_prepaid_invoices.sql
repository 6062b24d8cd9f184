-- Each purchase of prepaid credits beside the line of a bill that asks for it: by the invoice's number, else by the
-- same amount, else by the month; each is used once, in the order of their days. What is left has no other side.
{% set passes = {'number': 'number', 'amount': 'cents', 'month': 'month_date'} %}
with purchases as (

    select
        provider,
        billing_account_id,
        credit_id as number,
        cast(amount_usd as decimal(30, 2)) as cents,
        {{ month_of('purchased_on') }} as month_date,
        purchased_on as stated_on,
        credit_id as item
    from {{ ref('prepaid_credits') }}

),

charges as (

    select
        provider,
        billing_account_id,
        invoice_id as number,
        cast(amount_usd as decimal(30, 2)) as cents,
        {{ month_of('stated_date') }} as month_date,
        stated_date as stated_on,
        charge_line as item,
        coalesce(invoice_id, 'none') as invoice_id,
        amount_usd,
        pulled_at
    from {{ ref('int_prepaid_charges') }}

),

{% for name, key in passes.items() %}
{% set rest = '' if loop.first else '_without_' ~ loop.previtem[0] %}
{% for side in ['purchases', 'charges'] %}
{{ side }}_by_{{ name }} as (

    select
        *,
        row_number() over (partition by provider, billing_account_id, {{ key }} order by stated_on, item) as place
    from {{ side }}{{ rest }}

),

{% endfor %}
by_{{ name }} as (

    select
        purchases_by_{{ name }}.item as credit_id,
        charges_by_{{ name }}.item as charge
    from purchases_by_{{ name }}
    inner join charges_by_{{ name }}
        on
            purchases_by_{{ name }}.provider = charges_by_{{ name }}.provider
            and purchases_by_{{ name }}.billing_account_id = charges_by_{{ name }}.billing_account_id
            and purchases_by_{{ name }}.{{ key }} = charges_by_{{ name }}.{{ key }}
            and purchases_by_{{ name }}.place = charges_by_{{ name }}.place

),

{% for side, used in [('purchases', 'credit_id'), ('charges', 'charge')] %}
{{ side }}_without_{{ name }} as (

    select {{ side }}{{ rest }}.*
    from {{ side }}{{ rest }}
    left join by_{{ name }}
        on {{ side }}{{ rest }}.item = by_{{ name }}.{{ used }}
    where by_{{ name }}.{{ used }} is null

),

{% endfor %}
{% endfor %}
pairs as (

    {% for name in passes %}
    select * from by_{{ name }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

placed as (

    select
        charges.*,
        pairs.credit_id
    from charges
    left join pairs
        on charges.item = pairs.charge

)

select
    coalesce(credits.provider, placed.provider) as provider,
    coalesce(credits.billing_account_id, placed.billing_account_id) as billing_account_id,
    credits.credit_id,
    credits.purchased_on,
    credits.amount_usd as purchased_usd,
    placed.invoice_id,
    placed.stated_on as invoiced_on,
    placed.amount_usd as invoiced_usd,
    placed.item as charge_line,
    placed.pulled_at
from {{ ref('prepaid_credits') }} as credits
full outer join placed
    on credits.credit_id = placed.credit_id
