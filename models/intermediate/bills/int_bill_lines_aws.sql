-- The usage type says token class, tier and model; the marketplace states the model in the product's name. What is
-- not understood stays as it is.
with costs as (

    select * from {{ ref('stg_aws__cur2') }}

),

words as (

    select * from {{ ref('int_bill_words') }}

)

select
    costs.bill_source,
    costs.provider_name,
    costs.service,
    costs.stated_account_id,
    costs.replaced_scope,
    costs.usage_date,
    costs.billing_period_start_date,
    costs.invoice_id,
    costs.charge_type,
    coalesce(nullif(costs.stated_model, ''), words.model_name) as model_name,
    coalesce(words.token_class, lower(costs.usage_type)) as token_class,
    words.service_tier,
    words.region_scope,
    costs.amount,
    costs.currency,
    costs.billed_quantity,
    costs.billed_unit,
    costs.sub_account_id,
    costs.credential_id,
    costs.description,
    costs.batch_id,
    costs.source_file,
    costs.line_number,
    costs.record_number
from costs
left join words
    on {{ on_bill_text('costs', 'words', 'usage_type') }}
