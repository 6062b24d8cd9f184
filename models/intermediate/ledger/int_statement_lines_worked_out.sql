-- The lines of each statement as they follow from the ledger, in cents that sum to their part.
with entries as (

    select
        *,
        {{ statement_component() }} as component
    from {{ ref('int_ledger_entries') }}

),

parts as (

    select * from {{ ref('int_statement_parts') }}

),

lines as (

    select
        posting_period,
        usage_period,
        team_id,
        cost_center_id,
        component,
        coalesce(reason, 'none') as reason,
        coalesce(pool_id, 'none') as pool_id,
        service_name,
        feature,
        provider,
        billed_model,
        count(*) as entry_count,
        cast(sum(attempt_count) as bigint) as attempt_count,
        cast(sum(amount_usd) as {{ money_type() }}) as exact_usd
    from entries
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11

)

select
    lines.posting_period,
    lines.usage_period,
    lines.team_id,
    lines.cost_center_id,
    lines.component,
    lines.reason,
    lines.pool_id,
    lines.service_name,
    lines.feature,
    lines.provider,
    lines.billed_model,
    lines.entry_count,
    lines.attempt_count,
    lines.exact_usd,
    {{ cents_to_money(cents_of_part(
        'lines.exact_usd', 'parts.part_cents',
        ['lines.posting_period', 'lines.team_id', 'lines.cost_center_id', 'lines.component'],
        'lines.usage_period, lines.reason, lines.pool_id, lines.service_name, lines.feature, lines.provider, '
        ~ 'lines.billed_model',
    )) }} as amount_usd
from lines
inner join parts
    on
        lines.posting_period = parts.posting_period
        and lines.team_id = parts.team_id
        and lines.cost_center_id = parts.cost_center_id
        and lines.component = parts.component
