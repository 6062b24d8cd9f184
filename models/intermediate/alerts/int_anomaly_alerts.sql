-- The alerts of fct_spend_anomalies as they are told: a share of a plan or of past months once a month, the cost of a
-- request once a week, all else by day. Of several days the newest speaks. A team that has used up its baseline has by
-- that spent as much of the average of three months: one crossing is told once.
with anomalies as (

    select
        *,
        case
            when rule_kind in ('budget_share', 'baseline_share', 'past_months_share', 'past_days_share')
                then {{ month_of('usage_date') }}
            when rule_kind = 'unit_cost_ratio' then {{ week_of('usage_date') }}
            else usage_date
        end as alert_date,
        rule_kind || ', rule ' || rule_id
        || case
            when rule_kind = 'request_tokens' then ', ' || request_key
            when trace_id is not null then ', trace ' || trace_id
            when service_name != '*' then ', service ' || service_name
            else ''
        end as subject
    from {{ ref('fct_spend_anomalies') }}

),

said_by_baseline as (

    select distinct
        anomalies.team_id,
        anomalies.alert_date,
        rules.rule_id
    from anomalies
    inner join {{ ref('int_spend_alert_rules') }} as rules
        on rules.rule_kind = 'past_months_share' and rules.window_months = 3 and not rules.is_by_service
    where anomalies.rule_kind = 'baseline_share'

),

told as (

    select anomalies.*
    from anomalies
    left join said_by_baseline
        on
            anomalies.team_id = said_by_baseline.team_id
            and anomalies.alert_date = said_by_baseline.alert_date
            and anomalies.rule_id = said_by_baseline.rule_id
    where said_by_baseline.rule_id is null

),

ranked as (

    select
        *,
        count(*) over (partition by alert_date, team_id, subject) as item_count,
        max(usage_date) over (partition by alert_date, team_id, subject) as newest_date,
        row_number() over (
            partition by alert_date, team_id, subject order by usage_date desc, anomaly_id asc
        ) as told_rank
    from told

)

select
    'spend_anomaly' as kind,
    anomaly_id,
    alert_date,
    newest_date,
    team_id,
    service_name,
    subject,
    case rule_kind
        when 'baseline_share' then 'the baseline is used up, and nobody has set a plan'
        when 'unit_cost_ratio' then 'a request costs more than it did'
        when 'trace_steps' then 'a trace has more steps than is allowed'
        when 'trace_repeats' then 'calls of a trace were made again and again'
        when 'request_tokens' then 'a request is larger than is allowed'
        when 'budget_share' then 'the month has reached its share of the plan'
        when 'past_months_share' then 'the month has reached its share of what the months before cost'
        when 'past_days_share' then 'the month has reached its share of what the days before it cost'
        when 'rolling_share_of_budget' then 'the last days ran above the pace of the plan'
        when 'rolling_share_of_past_months' then 'the last days ran above the pace of the months before'
        when 'daily_ratio' then 'the day cost more than the days before it, by more than is allowed'
    end || ': ' || severity as cause,
    severity,
    item_count,
    threshold,
    observed_usd,
    baseline_usd,
    request_key,
    trace_id
from ranked
where told_rank = 1
