-- Azure names its meters as it pleases. A seed says what some of them are, by their id or their name as written;
-- the others are read by their words. A meter that is not understood keeps its money and its name.
with costs as (

    select * from {{ ref('stg_azure__costs') }}

),

meters as (

    select * from {{ ref('azure_meters') }}

),

words as (

    select * from {{ ref('int_bill_words') }}

)

select
    costs.{{ bill_heading_columns() | join(',\n    costs.') }},
    costs.invoice_id,
    costs.charge_type,
    coalesce(by_id.model_name, by_name.model_name, words.model_name) as model_name,
    coalesce(by_id.token_class, by_name.token_class, words.token_class, costs.meter_name) as token_class,
    coalesce(by_id.service_tier, by_name.service_tier, words.service_tier) as service_tier,
    coalesce(by_id.region_scope, by_name.region_scope, words.region_scope) as region_scope,
    costs.amount,
    costs.currency,
    costs.billed_quantity,
    costs.billed_unit,
    costs.sub_account_id,
    costs.description,
    costs.{{ bill_evidence_columns() | map(attribute=0) | join(',\n    costs.') }}
from costs
left join meters as by_id
    on costs.meter_id = by_id.meter
left join meters as by_name
    on costs.meter_name = by_name.meter
left join words
    on {{ on_bill_text('costs', 'words', 'meter_name') }}
