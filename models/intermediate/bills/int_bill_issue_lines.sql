-- The lines of bills with a word that no seed lists, once for each such word.
with lines as (

    select * from {{ ref('int_bill_lines_classified') }}
    where amount is not null

),

unknown_models as (

    select * from {{ ref('int_bill_unknown_models') }}

),

ambiguous as (

    select * from {{ ref('int_bill_deliveries') }}
    where is_ambiguous

)

select
    'service' as issue,
    'bill_services' as seed,
    coalesce(service, 'none') as term,
    *
from lines
where provider is null

union all

select
    'charge' as issue,
    'bill_line_categories' as seed,
    charge_type as term,
    *
from lines
where provider is not null and line_category = 'unlisted'

union all

select
    'meter' as issue,
    'bill_line_meters' as seed,
    coalesce(token_class, 'none') as term,
    *
from lines
where
    provider is not null and line_category = 'usage' and meter is null
    and not is_reconciling_item and bill_source != 'generic_invoice_lines'

union all

select
    'model' as issue,
    'bill_models' as seed,
    unknown_models.model_name as term,
    lines.*
from lines
inner join unknown_models
    on lines.provider = unknown_models.provider and coalesce(lines.model_name, 'none') = unknown_models.model_name
where lines.line_category = 'usage' and coalesce(lines.meter in {{ token_meters() }}, lines.model_name is not null)

union all

select
    'pull' as issue,
    'name of the file' as seed,
    lines.source_file as term,
    lines.*
from lines
inner join ambiguous
    on
        lines.bill_source = ambiguous.bill_source and lines.billed_by = ambiguous.billed_by
        and lines.billing_account_id = ambiguous.billing_account_id
        and lines.replaced_scope = ambiguous.replaced_scope
        and lines.batch_id = ambiguous.batch_id

union all

select
    'unit' as issue,
    'bill_units' as seed,
    billed_unit as term,
    *
from lines
where
    provider is not null and billed_unit is not null and quantity_unit is null
    -- of what is no use of a meter, no quantity is compared
    and line_category = 'usage' and meter is not null and not is_reconciling_item

union all

select
    'currency' as issue,
    'fx_rates' as seed,
    coalesce(currency, 'none') as term,
    *
from lines
where provider is not null and amount_usd is null
