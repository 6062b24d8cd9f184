-- What a charge of a FOCUS file is for: by the columns that state model and class, else by the words of its meter,
-- of its SKU or of its description, whichever is understood first. Words that say more than the columns count.
with lines as (

    select * from {{ ref('stg_focus__costs') }}

),

words as (

    select * from {{ ref('int_bill_words') }}

),

worded as (

    select
        lines.*,
        coalesce(by_meter.model_name, by_sku.model_name, by_charge.model_name) as worded_model,
        coalesce(by_meter.token_class, by_sku.token_class, by_charge.token_class) as worded_class,
        coalesce(by_meter.service_tier, by_sku.service_tier, by_charge.service_tier) as worded_tier,
        coalesce(by_meter.region_scope, by_sku.region_scope, by_charge.region_scope) as region_scope
    from lines
    left join words as by_meter
        on {{ on_bill_text('lines', 'by_meter', 'meter_text') }}
    left join words as by_sku
        on {{ on_bill_text('lines', 'by_sku', 'sku_meter') }}
    left join words as by_charge
        on {{ on_bill_text('lines', 'by_charge', 'charge_text') }}

)

select
    {{ bill_heading_columns() | join(',\n    ') }},
    last_usage_date,
    invoice_id,
    charge_type,
    coalesce(nullif(stated_model, ''), worded_model) as model_name,
    case
        when stated_class is null then coalesce(worded_class, lower(coalesce(sku_meter, meter_text, charge_text)))
        when worded_class like stated_class || ' %' then worded_class
        else stated_class
    end as token_class,
    coalesce(service_tier, worded_tier) as service_tier,
    region_scope,
    amount,
    invoiced_amount,
    list_amount,
    currency,
    billed_quantity,
    billed_unit,
    sub_account_id,
    credential_id,
    description,
    {{ bill_evidence_columns() | map(attribute=0) | join(',\n    ') }}
from worded
