-- What finance looks at before it closes the last complete month: spend by team, what has no owner or no price,
-- and how far the bills agree. One line per item; amounts in USD, unrounded.
with spend as (

    select spend.*
    from {{ ref('fct_spend_daily') }} as spend
    where spend.usage_date >= {{ month_of(last_complete_day()) }} and spend.usage_date <= {{ last_complete_day() }}

),

bills as (

    select lines.*
    from {{ ref('fct_reconciliation_daily') }} as lines
    where lines.usage_date >= {{ month_of(last_complete_day()) }} and lines.usage_date <= {{ last_complete_day() }}

),

items as (

    select
        1 as section_number,
        'spend by team' as section,
        team_id as item,
        sum(attempt_count) as item_count,
        sum(cost_usd) as amount_usd
    from spend
    group by team_id

    union all

    select
        2 as section_number,
        'spend' as section,
        'all teams' as item,
        sum(attempt_count) as item_count,
        sum(cost_usd) as amount_usd
    from spend

    union all

    select
        3 as section_number,
        'without a price' as section,
        provider || ' ' || coalesce(billed_model, 'unknown model') as item,
        sum(unpriced_count) as item_count,
        cast(null as {{ money_type() }}) as amount_usd
    from spend
    where unpriced_count > 0
    group by provider, billed_model

    union all

    select
        3 as section_number,
        'charged at a lower bound' as section,
        provider || ' ' || billed_model as item,
        sum(partly_priced_count) as item_count,
        sum(lower_bound_cost_usd) as amount_usd
    from spend
    where lower_bound_cost_usd is not null
    group by provider, billed_model

    union all

    select
        4 as section_number,
        'gross variance by status' as section,
        provider || ': ' || status as item,
        count(*) as item_count,
        sum(abs(variance_usd)) as amount_usd
    from bills
    group by provider, status

    union all

    select
        5 as section_number,
        'net variance' as section,
        provider as item,
        count(*) as item_count,
        sum(variance_usd) as amount_usd
    from bills
    where status != 'no_bill'
    group by provider

    union all

    select
        6 as section_number,
        'billed by provider' as section,
        provider as item,
        count(*) as item_count,
        sum(provider_cost_usd) as amount_usd
    from bills
    where status != 'no_bill'
    group by provider

)

select
    section,
    item,
    item_count,
    amount_usd
from items
order by section_number asc, amount_usd desc nulls last, item asc
