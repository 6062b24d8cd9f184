-- What no seed lists, by name and money: each is a row to add to a seed, or to leave out knowingly.
with lines as (

    select * from {{ ref('int_bill_lines_classified') }}
    where amount is not null

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
        provider is not null
        and line_category = 'usage'
        and meter is null
        and not is_reconciling_item
        and bill_source != 'generic_invoice_lines'

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
    issue,
    seed,
    bill_source,
    coalesce(provider, 'none') as provider,
    term,
    coalesce(currency, 'none') as currency,
    cast(sum(amount) as {{ money_type() }}) as amount,
    min(usage_date) as first_usage_date,
    max(usage_date) as last_usage_date,
    count(*) as line_count
from issues
group by 1, 2, 3, 4, 5, 6
