-- The exact parts of each statement, and their cents. First the totals of the statements are rounded so that
-- they sum to the rounded total of the month, then the parts of each so that they sum to its total.
with entries as (

    select
        *,
        {{ statement_component() }} as component
    from {{ ref('int_ledger_entries') }}

),

parts as (

    select
        posting_period,
        team_id,
        cost_center_id,
        component,
        cast(sum(amount_usd) as {{ money_type() }}) as exact_usd
    from entries
    group by 1, 2, 3, 4

),

statements as (

    select
        posting_period,
        team_id,
        cost_center_id,
        cast(sum(exact_usd) as {{ money_type() }}) as exact_total_usd
    from parts
    group by 1, 2, 3

),

months as (

    select
        posting_period,
        {{ nearest_cents('sum(exact_total_usd)') }} as month_cents
    from statements
    group by 1

),

totals as (

    select
        statements.*,
        {{ cents_of_part(
            'statements.exact_total_usd', 'months.month_cents', ['statements.posting_period'],
            'statements.team_id, statements.cost_center_id',
        ) }} as total_cents
    from statements
    inner join months
        on statements.posting_period = months.posting_period

)

select
    parts.posting_period,
    parts.team_id,
    parts.cost_center_id,
    parts.component,
    parts.exact_usd,
    {{ cents_of_part(
        'parts.exact_usd', 'totals.total_cents',
        ['parts.posting_period', 'parts.team_id', 'parts.cost_center_id'], 'parts.component',
    ) }} as part_cents
from parts
inner join totals
    on
        parts.posting_period = totals.posting_period
        and parts.team_id = totals.team_id
        and parts.cost_center_id = totals.cost_center_id
