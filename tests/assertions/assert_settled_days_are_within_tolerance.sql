-- Harm: a settled bill that differs from our figures, and nobody decided on it, is paid and charged to teams
-- unseen. The three largest causes; a warning, or with --vars 'strict_reconciliation: true' a failure.
{{ config(
    severity='error' if var('strict_reconciliation') else 'warn',
    meta={'says': 'Largest causes of differences to a settled bill that nobody has decided on', 'look_at': 'marts.fct_reconciliation_exceptions'},
) }}

{% set largest_causes %}
select
    provider,
    coalesce(reason_code, 'unknown') as reason_code,
    count(*) as line_count,
    min(usage_date) as first_date,
    max(usage_date) as last_date,
    cast(sum(variance_usd) as {{ money_type() }}) as variance_usd,
    cast(sum(gross_variance_usd) as {{ money_type() }}) as gross_variance_usd
from {{ ref('fct_reconciliation_exceptions') }}
where decision_state in ('open', 'reopened')
group by 1, 2
order by gross_variance_usd desc, provider, reason_code
limit 3
{% endset %}

{{ name_largest_causes(largest_causes) }}

{{ largest_causes }}
