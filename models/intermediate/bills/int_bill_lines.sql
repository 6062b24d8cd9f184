-- The lines of the current bill of each day, in the words of the rate card.
with lines as (

    select * from {{ ref('int_bill_lines_unioned') }}

),

buckets as (

    select * from {{ ref('int_bill_buckets') }}

),

meters as (

    select * from {{ ref('bill_line_meters') }}

),

model_names as (

    select * from {{ ref('int_model_names') }}

)

select
    lines.usage_date,
    lines.provider,
    buckets.billing_account_id,
    case
        when meters.meter in {{ call_meters() }} then 'all models'
        else coalesce(model_names.model, lines.model_name, 'none')
    end as billed_model,
    coalesce(meters.meter, 'unmapped') as meter,
    false as is_known_absent,
    lines.service_tier,
    lines.sub_account_id,
    lines.credential_id,
    lines.description,
    lines.currency,
    lines.quantity,
    lines.amount_usd,
    lines.batch_id,
    lines.source_file,
    lines.line_number,
    lines.record_number,
    buckets.pulled_at
from lines
inner join buckets
    on
        lines.provider = buckets.provider
        and lines.usage_date = buckets.usage_date
        and lines.batch_id = buckets.batch_id
left join meters
    on
        lines.provider = meters.provider
        and lines.token_class = meters.token_class
left join model_names
    on
        lines.provider = model_names.named_under
        and lines.model_name = model_names.model_name
        and cast(lines.usage_date as timestamp) >= model_names.valid_from
        and cast(lines.usage_date as timestamp) < model_names.valid_to
where lines.amount_usd is not null
