-- Every invoice of every billing period, and one row "not invoiced" for a period without any. The first
-- that is no credit memo is the one that use is compared with where neither side says on which it is.
with invoices as (

    select * from {{ ref('int_invoice_amounts') }}

),

reported as (

    select * from {{ ref('int_invoice_reported') }}

),

gateway as (

    select distinct
        provider,
        billing_account_id,
        {{ month_of('usage_date') }} as billing_period_start_date
    from {{ ref('int_gateway_costs_daily') }}

),

named as (

    select
        provider,
        billing_account_id,
        billing_period_start_date,
        invoice_id,
        reference_invoice_id,
        invoiced_usage_usd
    from invoices

    union all

    select
        provider,
        billing_account_id,
        billing_period_start_date,
        coalesce(invoice_id, 'not invoiced') as invoice_id,
        cast(null as {{ dbt.type_string() }}) as reference_invoice_id,
        cast(0 as {{ money_type() }}) as invoiced_usage_usd
    from reported

    union all

    select
        provider,
        billing_account_id,
        billing_period_start_date,
        'not invoiced' as invoice_id,
        cast(null as {{ dbt.type_string() }}) as reference_invoice_id,
        cast(0 as {{ money_type() }}) as invoiced_usage_usd
    from gateway

),

distinct_invoices as (

    select
        provider,
        billing_account_id,
        billing_period_start_date,
        invoice_id,
        max(reference_invoice_id) as reference_invoice_id,
        max(abs(invoiced_usage_usd)) as usage_usd
    from named
    group by 1, 2, 3, 4

),

ranked as (

    select
        *,
        max(case when invoice_id != 'not invoiced' and reference_invoice_id is null then 1 else 0 end) over (
            partition by provider, billing_account_id, billing_period_start_date
        ) as has_invoice,
        row_number() over (
            partition by provider, billing_account_id, billing_period_start_date
            order by
                case when invoice_id = 'not invoiced' then 1 else 0 end,
                case when reference_invoice_id is null then 0 else 1 end,
                case when usage_usd = 0 then 1 else 0 end,
                invoice_id
        ) as invoice_rank
    from distinct_invoices

)

select
    provider,
    billing_account_id,
    billing_period_start_date,
    invoice_id,
    reference_invoice_id,
    case when has_invoice = 1 then invoice_rank = 1 else invoice_id = 'not invoiced' end as is_main
from ranked
where has_invoice = 0 or invoice_id != 'not invoiced'
