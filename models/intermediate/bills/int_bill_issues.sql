-- What no seed lists, by name and money: each is a row to add to a seed, or to leave out knowingly.
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

),

issues as (

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
        lines.model_name as term,
        lines.*
    from lines
    inner join unknown_models
        on lines.provider = unknown_models.provider and lines.model_name = unknown_models.model_name
    where lines.line_category = 'usage' and lines.meter in {{ token_meters() }}

    union all

    select
        'pull' as issue,
        'name of the file' as seed,
        lines.source_file as term,
        lines.*
    from lines
    inner join ambiguous
        on
            lines.bill_source = ambiguous.bill_source and lines.provider = ambiguous.provider
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
    where provider is not null and billed_unit is not null and quantity_unit is null

    union all

    select
        'currency' as issue,
        'fx_rates' as seed,
        coalesce(currency, 'none') as term,
        *
    from lines
    where provider is not null and amount_usd is null

)

select
    issues.issue,
    issues.seed,
    issues.bill_source,
    coalesce(issues.provider, 'none') as provider,
    issues.term,
    coalesce(issues.currency, 'none') as currency,
    cast(sum(issues.amount) as {{ money_type() }}) as amount,
    min(issues.usage_date) as first_usage_date,
    max(issues.usage_date) as last_usage_date,
    count(*) as line_count,
    max(unknown_models.likely_model) as likely_model
from issues
left join unknown_models
    on
        issues.issue = 'model'
        and issues.provider = unknown_models.provider and issues.term = unknown_models.model_name
group by 1, 2, 3, 4, 5, 6
