with unused as (

    select
        posting_period,
        team_id,
        cost_center_id,
        sum(amount_usd) as unused_usd
    from {{ ref('int_statement_lines') }}
    where component in ('unused', 'unused_accrued')
    group by 1, 2, 3

)

select
    statements.posting_period,
    fiscal.period_name as fiscal_period,
    statements.team_id,
    statements.cost_center_id,
    case when statements.posting_period <= state.last_posted_period then 'closed' else 'open' end as period_status,
    statements.{{ statement_columns()[3:] | join(',\n    statements.') }},
    cast(coalesce(unused.unused_usd, 0) as {{ money_type() }}) as unused_usd
from {{ ref('int_statements') }} as statements
cross join {{ ref('int_posting_state') }} as state
left join unused
    on
        statements.posting_period = unused.posting_period
        and statements.team_id = unused.team_id
        and statements.cost_center_id = unused.cost_center_id
left join {{ ref('dim_fiscal_periods') }} as fiscal
    on
        fiscal.period_grain = 'period'
        and statements.posting_period = fiscal.first_date
        and {{ months_after('statements.posting_period', 1) }} = {{ days_before('fiscal.last_date', '(-1)') }}
