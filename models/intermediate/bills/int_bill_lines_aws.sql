-- The usage type says token class, tier and model; the marketplace states the model in the product's name. What is
-- not understood stays as it is.
with costs as (

    select * from {{ ref('stg_aws__cur2') }}

),

words as (

    select * from {{ ref('int_bill_words') }}

)

select
    costs.{{ bill_heading_columns() | join(',\n    costs.') }},
    costs.last_usage_date,
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
    costs.tags,
    costs.description,
    costs.{{ bill_evidence_columns() | map(attribute=0) | join(',\n    costs.') }}
from costs
left join words
    on {{ on_bill_text('costs', 'words', 'usage_type') }}
