-- What nobody answers for in the last seven days whose use is known, and since, and where it comes from: the
-- credential is whom to ask.
select
    coverage.source_system,
    coverage.environment,
    coverage.service_name,
    coverage.credential_id,
    coverage.attribution_status,
    sum(coverage.attempt_count) as attempt_count,
    sum(coverage.unattributed_cost_usd) as unattributed_cost_usd,
    min(coverage.usage_date) as first_usage_date,
    max(coverage.usage_date) as last_usage_date
from {{ ref('fct_attribution_coverage_daily') }} as coverage
where
    coverage.usage_date > {{ days_before(newest_use_date(), 7) }}
    and coverage.attribution_status in ('unattributed', 'unregistered_team')
group by 1, 2, 3, 4, 5
order by 7 desc nulls last
