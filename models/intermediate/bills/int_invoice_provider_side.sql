-- The provider's report by invoice; what names none is on the main invoice of its period.
{{ config(materialized='table') }}

with periods as (

    select * from {{ ref('int_invoice_periods') }}

),

reported as (

    select * from {{ ref('int_invoice_reported') }}

)

select
    periods.provider,
    periods.billing_account_id,
    periods.billing_period_start_date,
    periods.invoice_id as placed_on,
    cast(sum(reported.provider_usage_usd) as {{ money_type() }}) as provider_usage_usd,
    cast(sum(reported.provider_invoiceable_usd) as {{ money_type() }}) as provider_invoiceable_usd,
    cast(sum(reported.reconciling_item_usage_usd) as {{ money_type() }}) as reconciling_item_usage_usd,
    cast(sum(reported.provider_other_usd) as {{ money_type() }}) as provider_other_usd,
    cast(sum(reported.provider_line_count) as bigint) as provider_line_count
from reported
inner join periods
    on
        reported.provider = periods.provider
        and reported.billing_account_id = periods.billing_account_id
        and reported.billing_period_start_date = periods.billing_period_start_date
        and (reported.invoice_id = periods.invoice_id or reported.invoice_id is null and periods.is_main)
group by 1, 2, 3, 4
