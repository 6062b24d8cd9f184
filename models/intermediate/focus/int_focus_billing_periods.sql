-- Every month that an issuer has a charge or an invoice in, and whether finance closed it.
{{ config(materialized='table') }}

with charges as (

    select
        provider,
        usage_period as billing_start_date,
        last_usage_date as last_date
    from {{ ref('int_focus_detailed_keys') }}

    {% for name in ['int_focus_lump_charges', 'int_focus_purchases', 'int_focus_prepayments'] %}
    union all

    select
        provider,
        billing_start_date,
        charge_start_date as last_date
    from {{ ref(name) }}

    {% endfor %}
),

issuers as (

    select * from charges
    where billing_start_date not in (select posted.posting_period from {{ ref('int_focus_posted_charges') }} as posted)

    union all

    select
        provider,
        billing_start_date,
        billing_start_date as last_date
    from {{ ref('int_focus_invoice_lines') }}

    union all

    -- of delivered files the name is known, not the provider
    select
        invoiceissuername as provider,
        posting_period as billing_start_date,
        cast(chargeperiodstart as date) as last_date
    from {{ ref('int_focus_posted_charges') }}

),

providers as (

    select * from {{ ref('focus_providers') }}

),

closed as (

    select
        posting_period,
        max(posted_at) as closed_at
    from {{ ref('int_ledger_entries') }}
    where is_posted
    group by 1

)

select
    coalesce(providers.service_provider_name, issuers.provider) as service_provider_name,
    issuers.billing_start_date,
    max(case when closed.posting_period is not null then 1 else 0 end) = 1 as is_closed,
    case
        when max(closed.closed_at) is not null then max(closed.closed_at)
        when max(issuers.last_date) > issuers.billing_start_date then cast(max(issuers.last_date) as timestamp)
        else cast(issuers.billing_start_date as timestamp)
    end as updated_at
from issuers
left join providers
    on issuers.provider = providers.provider
left join closed
    on issuers.billing_start_date = closed.posting_period
group by 1, 2
