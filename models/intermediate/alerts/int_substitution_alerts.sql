-- Another model was billed than was asked for, and nothing says so. Told once a month, whether it cost more or less:
-- nobody chose it.
select
    'model_substitution' as kind,
    {{ month_of('usage_date') }} as alert_date,
    team_id,
    source_system || ', ' || provider || ': asked for ' || requested_model || ', billed ' || billed_model as subject,
    'another model was billed than was asked for, and the log states no fallback' as cause,
    cast(sum(attempt_count) as bigint) as item_count,
    cast(sum(cost_usd) as {{ money_type() }}) as amount_usd,
    max(usage_date) as newest_date,
    max(provider) as provider
from {{ ref('fct_model_drift_daily') }}
where model_drift = 'unstated_substitution'
group by 2, 3, 4
