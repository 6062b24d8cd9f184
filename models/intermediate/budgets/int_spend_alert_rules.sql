select
    rule_id,
    rule_kind,
    team_id,
    coalesce(window_days, 1) as window_days,
    coalesce(window_months, 3) as window_months,
    coalesce(subject, 'team') = 'service' as is_by_service,
    threshold,
    coalesce(minimum_usd, 0) as minimum_usd,
    severity,
    {{ validity_dates() }}
from {{ ref('spend_alert_rules') }}
