with alerts as (

    select * from {{ ref('int_spend_alerts') }}

),

requests as (

    select * from {{ ref('int_notable_requests') }}

),

rules as (

    select * from {{ ref('int_spend_alert_rules') }}
    where rule_kind = 'request_tokens'

),

-- the costliest attempt of the day is next to each alert
costliest as (

    select * from requests
    where cost_rank = 1

),

final as (

    select
        alerts.rule_id,
        alerts.rule_kind,
        alerts.severity,
        alerts.team_id,
        alerts.usage_date,
        alerts.threshold,
        alerts.observed_usd,
        alerts.baseline_usd,
        cast(null as bigint) as observed_tokens,
        costliest.request_key
    from alerts
    left join costliest
        on alerts.team_id = costliest.team_id and alerts.usage_date = costliest.usage_date

    union all

    select
        rules.rule_id,
        rules.rule_kind,
        rules.severity,
        requests.team_id,
        requests.usage_date,
        rules.threshold,
        requests.cost_usd as observed_usd,
        null as baseline_usd,
        requests.total_tokens as observed_tokens,
        requests.request_key
    from requests
    inner join rules
        on
            (rules.team_id = '*' or requests.team_id = rules.team_id)
            and requests.usage_date >= rules.valid_from and requests.usage_date < rules.valid_to
            and requests.total_tokens >= rules.threshold
    where coalesce(requests.cost_usd, 0) >= rules.minimum_usd

)

select
    md5({{ row_text([
        'rule_id', 'team_id', 'usage_date', "case when rule_kind = 'request_tokens' then request_key end"
    ]) }}) as anomaly_id,
    rule_id,
    rule_kind,
    severity,
    team_id,
    usage_date,
    threshold,
    cast(observed_usd as {{ money_type() }}) as observed_usd,
    cast(baseline_usd as {{ money_type() }}) as baseline_usd,
    observed_tokens,
    request_key
from final
