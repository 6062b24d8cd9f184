-- FOCUS 1.4 Invoice Detail: what issuers ask for, in their currency.
with lines as (

    select * from {{ ref('int_focus_invoice_lines') }}

),

providers as (

    select * from {{ ref('focus_providers') }}

)

select
    lines.amount as {{ adapter.quote('BilledCost') }},
    lines.billing_account_id as {{ adapter.quote('BillingAccountId') }},
    lines.currency as {{ adapter.quote('BillingCurrency') }},
    cast({{ months_after('billing_start_date', 1) }} as timestamp) as {{ adapter.quote('BillingPeriodEnd') }},
    cast(lines.billing_start_date as timestamp) as {{ adapter.quote('BillingPeriodStart') }},
    lines.charge_category as {{ adapter.quote('ChargeCategory') }},
    cast(lines.stated_date as timestamp) as {{ adapter.quote('InvoiceDetailCreated') }},
    lines.description as {{ adapter.quote('InvoiceDetailDescription') }},
    {{ json_texts([('ServiceName', 'coalesce(providers.service_name, lines.provider)')]) }}
        as {{ adapter.quote('InvoiceDetailGrain') }},
    lines.invoice_detail_id as {{ adapter.quote('InvoiceDetailId') }},
    lines.updated_at as {{ adapter.quote('InvoiceDetailLastUpdated') }},
    lines.invoice_id as {{ adapter.quote('InvoiceId') }},
    cast(lines.invoice_date as timestamp) as {{ adapter.quote('InvoiceIssueDate') }},
    case when lines.invoice_date is null then 'Open' else 'Issued' end as {{ adapter.quote('InvoiceIssueStatus') }},
    coalesce(providers.service_provider_name, lines.provider) as {{ adapter.quote('InvoiceIssuerName') }},
    cast(null as timestamp) as {{ adapter.quote('PaymentDueDate') }},
    'Not stated' as {{ adapter.quote('PaymentTerms') }},
    lines.reference_invoice_id as {{ adapter.quote('ReferenceInvoiceId') }},
    lines.amount_usd as {{ adapter.quote('x_AmountUsd') }},
    lines.line_category as {{ adapter.quote('x_LineCategory') }},
    lines.provider as {{ adapter.quote('x_Provider') }}
from lines
left join providers
    on lines.provider = providers.provider
