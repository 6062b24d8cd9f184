-- The lines of bills with a word that no seed lists, once for each such word; those of pulls that count.
with pulled as (

    select * from {{ ref('int_bill_lines_classified') }}
    where amount is not null

),

-- what a later pull took away is told with that pull
lines as (

    select pulled.*
    from pulled
    left join {{ ref('int_bill_pulls') }} as pulls
        on
            pulled.bill_source = pulls.bill_source
            and pulled.billed_by = pulls.billed_by
            and pulled.billing_account_id = pulls.billing_account_id
            and pulled.replaced_scope = pulls.replaced_scope
            and pulled.batch_id = pulls.batch_id
    where coalesce(pulls.is_current, true)

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

-- money that is in the sum of an invoice, and in none of its parts
select
    'kind' as issue,
    'the invoice' as seed,
    'none' as term,
    *
from lines
where provider is not null and line_category is null

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
inner join {{ ref('int_bill_unknown_models') }} as unknown_models
    on lines.provider = unknown_models.provider and coalesce(lines.model_name, 'none') = unknown_models.model_name
where lines.line_category = 'usage' and coalesce(lines.meter in {{ token_meters() }}, lines.model_name is not null)

union all

select
    'pull' as issue,
    'name of the file' as seed,
    pulled.source_file as term,
    pulled.*
from pulled
inner join {{ ref('int_bill_unclear_files') }} as ambiguous
    on
        pulled.bill_source = ambiguous.bill_source and pulled.billed_by = ambiguous.billed_by
        and pulled.billing_account_id = ambiguous.billing_account_id
        and pulled.replaced_scope = ambiguous.replaced_scope
        and pulled.batch_id = ambiguous.batch_id

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
