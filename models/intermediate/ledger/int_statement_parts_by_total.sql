-- The parts of months that an earlier version closed, in the cents that were approved then: first the totals of the
-- statements are rounded so that they sum to the rounded total of the month, then the parts of each.
with parts as (

    select * from {{ ref('int_statement_exact_parts') }}

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
