-- The exact parts of each statement, and the cents that each component of a month has in all: they are within a
-- cent of the ledger's, and sum to the month's.
with parts as (

    select
        posting_period,
        team_id,
        cost_center_id,
        {{ statement_component() }} as component,
        cast(sum(amount_usd) as {{ money_type() }}) as exact_usd
    from {{ ref('int_ledger_entries') }}
    group by 1, 2, 3, 4

),

components as (

    select
        posting_period,
        component,
        cast(sum(exact_usd) as {{ money_type() }}) as component_usd
    from parts
    group by 1, 2

),

months as (

    select
        posting_period,
        {{ nearest_cents('sum(component_usd)') }} as month_cents
    from components
    group by 1

),

rounded as (

    select
        components.posting_period,
        components.component,
        {{ cents_of_part(
            'components.component_usd', 'months.month_cents', ['components.posting_period'], 'components.component',
        ) }} as component_cents
    from components
    inner join months
        on components.posting_period = months.posting_period

)

select
    parts.posting_period,
    parts.team_id,
    parts.cost_center_id,
    parts.component,
    parts.exact_usd,
    rounded.component_cents
from parts
inner join rounded
    on
        parts.posting_period = rounded.posting_period
        and parts.component = rounded.component
