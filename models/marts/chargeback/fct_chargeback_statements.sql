select
    statements.posting_period,
    fiscal.period_name as fiscal_period,
    statements.team_id,
    statements.cost_center_id,
    case when statements.posting_period <= state.last_posted_period then 'closed' else 'open' end as period_status,
    statements.{{ statement_columns()[3:] | join(',\n    statements.') }}
from {{ ref('int_statements') }} as statements
cross join {{ ref('int_posting_state') }} as state
left join {{ ref('dim_fiscal_periods') }} as fiscal
    on
        fiscal.period_grain = 'period'
        and statements.posting_period = fiscal.first_date
        and {{ months_after('statements.posting_period', 1) }} = {{ days_before('fiscal.last_date', '(-1)') }}
