-- The lines of the bill that counts for each day, in the words of the rate card.
{{ config(materialized='table') }}

with lines as (

    select * from {{ ref('int_bill_lines_pulled') }}
    where is_current and amount is not null

),

billed_days as (

    select * from {{ ref('int_billed_days') }}

),

matched_models as (

    select * from {{ ref('int_bill_matched_models') }}

)

select
    lines.usage_date,
    lines.provider,
    lines.billing_account_id,
    lines.bill_source,
    billed_days.authority_version,
    lines.billing_period_start_date,
    lines.invoice_id,
    lines.line_category,
    lines.is_reconciling_item,
    case
        when lines.meter in {{ call_meters() }} then 'all models'
        else coalesce(matched_models.model, lines.model_name, 'none')
    end as billed_model,
    coalesce(lines.meter, 'unmapped') as meter,
    lines.token_class,
    lines.service_tier,
    lines.sub_account_id,
    lines.credential_id,
    lines.tags,
    lines.description,
    lines.charge_day_count,
    lines.charge_day_number,
    lines.currency,
    lines.amount,
    lines.amount_usd,
    lines.invoiced_amount_usd,
    -- a quantity of another kind than the meter's would be compared with tokens
    case when lines.quantity_unit = {{ unit_of_meter('lines.meter') }} then lines.quantity end as quantity,
    lines.batch_id,
    lines.source_file,
    lines.line_number,
    lines.record_number,
    lines.line_part,
    billed_days.pulled_at
from lines
inner join billed_days
    on
        lines.provider = billed_days.provider
        and lines.billing_account_id = billed_days.billing_account_id
        and lines.usage_date = billed_days.usage_date
        and lines.bill_source = billed_days.bill_source
left join matched_models
    on
        lines.provider = matched_models.provider
        and lines.model_name = matched_models.model_name
        and lines.usage_date = matched_models.usage_date
