-- FOCUS 1.4 Billing Period: which months are closed, for whoever issues invoices in them.
select
    cast(billing_start_date as timestamp) as {{ adapter.quote('BillingPeriodCreated') }},
    cast({{ months_after('billing_start_date', 1) }} as timestamp) as {{ adapter.quote('BillingPeriodEnd') }},
    updated_at as {{ adapter.quote('BillingPeriodLastUpdated') }},
    cast(billing_start_date as timestamp) as {{ adapter.quote('BillingPeriodStart') }},
    case when is_closed then 'Closed' else 'Open' end as {{ adapter.quote('BillingPeriodStatus') }},
    service_provider_name as {{ adapter.quote('InvoiceIssuerName') }},
    service_provider_name || '/' || cast(billing_start_date as {{ dbt.type_string() }})
        as {{ adapter.quote('x_PeriodKey') }}
from {{ ref('int_focus_billing_periods') }}
