with days as (

    select
        rule_id, rule_kind, severity, team_id, '*' as service_name, usage_date, window_start_date, threshold,
        observed_usd, baseline_usd
    from {{ ref('int_plan_alerts') }}

    union all

    select
        rule_id, rule_kind, severity, team_id, service_name, usage_date, window_start_date, threshold,
        observed_usd, baseline_usd
    from {{ ref('int_history_alerts') }}

),

requests as (

    select * from {{ ref('int_notable_requests') }}

),

by_service as (

    select
        *,
        row_number() over (
            partition by usage_date, team_id, service_name order by cost_usd desc nulls last, request_key asc
        ) as service_rank
    from requests

),

-- the costliest attempt of the day is next to each alert: of the team, and of the service where that is told of
costliest as (

    select usage_date, team_id, '*' as service_name, request_key
    from requests
    where cost_rank = 1

    union all

    select usage_date, team_id, service_name, request_key
    from by_service
    where service_rank = 1

),

final as (

    select
        days.*,
        cast(null as bigint) as observed_tokens,
        cast(null as bigint) as observed_count,
        costliest.request_key,
        cast(null as {{ dbt.type_string() }}) as trace_id
    from days
    left join costliest
        on
            days.team_id = costliest.team_id
            and days.service_name = costliest.service_name
            and days.usage_date = costliest.usage_date

    union all

    select
        rule_id, rule_kind, severity, team_id, service_name, usage_date, usage_date as window_start_date, threshold,
        cost_usd as observed_usd, null as baseline_usd, total_tokens as observed_tokens, null as observed_count,
        request_key, null as trace_id
    from {{ ref('int_request_alerts') }}

    union all

    select
        rule_id, rule_kind, severity, team_id, service_name, usage_date, usage_date as window_start_date, threshold,
        observed_usd, null as baseline_usd, null as observed_tokens, observed_count,
        costliest_request_key as request_key, trace_id
    from {{ ref('int_trace_alerts') }}

)

-- the id of a rule that is as old as this mart stays what it was: an alert is told once
select
    md5({{ row_text([
        'final.rule_id', 'final.team_id', 'final.usage_date',
        "case when final.rule_kind = 'request_tokens' then final.request_key "
        ~ "when final.rule_kind like 'trace%' then final.trace_id "
        ~ "when final.service_name != '*' then final.service_name end",
    ]) }}) as anomaly_id,
    final.rule_id,
    final.rule_kind,
    final.severity,
    final.team_id,
    final.service_name,
    final.usage_date,
    final.window_start_date,
    final.threshold,
    cast(final.observed_usd as {{ money_type() }}) as observed_usd,
    cast(final.baseline_usd as {{ money_type() }}) as baseline_usd,
    final.observed_tokens,
    final.observed_count,
    final.request_key,
    final.trace_id,
    coalesce(outcomes.outcome, 'open') as outcome,
    outcomes.note as outcome_note,
    outcomes.explained_by
from final
left join {{ ref('spend_outcomes') }} as outcomes
    on
        final.team_id = outcomes.team_id
        and final.service_name = outcomes.service_name
        and final.usage_date = outcomes.usage_date
