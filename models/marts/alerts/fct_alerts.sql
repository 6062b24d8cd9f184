-- What somebody must be told, under an id that stays the same from night to night, so that it is told once.
with found as (

    select * from {{ ref('int_alert_candidates') }}

),

drivers as (

    select * from {{ ref('fct_spend_anomaly_drivers') }}
    where driver_rank = 1

),

-- the route that names most: team and severity, then the team, then the severity
routed as (

    select
        found.*,
        routes.webhook_variable,
        routes.message_form,
        row_number() over (
            partition by found.kind, found.alert_date, found.team_id, found.subject
            order by
                case when routes.team_id = '*' then 1 else 0 end,
                case when routes.severity = '*' then 1 else 0 end
        ) as route_rank
    from found
    left join {{ ref('alert_routes') }} as routes
        on
            routes.team_id in ('*', coalesce(found.team_id, '*'))
            and routes.severity in ('*', found.severity)

)

select
    md5({{ row_text(['routed.kind', 'routed.alert_date', 'routed.team_id', 'routed.subject']) }}) as alert_id,
    routed.kind,
    routed.alert_date,
    routed.team_id,
    teams.team_lead,
    routed.subject,
    routed.cause,
    routed.severity,
    cast(routed.item_count as bigint) as item_count,
    routed.amount_usd,
    routed.observed_usd,
    routed.baseline_usd,
    routed.threshold,
    routed.logged_tokens,
    routed.billed_tokens,
    routed.token_difference,
    routed.service_name,
    case when drivers.anomaly_id is not null then
            drivers.service_name || ' / ' || drivers.feature || ' / ' || drivers.billed_model
    end as top_category,
    drivers.cost_usd as top_category_usd,
    coalesce(drivers.request_key, routed.request_key) as request_key,
    routed.trace_id,
    routed.anomaly_id,
    routed.webhook_variable,
    routed.message_form,
    routed.provider
from routed
inner join {{ ref('alert_rules') }} as rules
    on routed.kind = rules.kind
left join {{ ref('dim_teams') }} as teams
    on routed.team_id = teams.team_id and teams.is_current
left join drivers
    on routed.anomaly_id = drivers.anomaly_id
where
    routed.route_rank = 1
    and (routed.newest_date is null or routed.newest_date >= {{ days_before(run_date(), 'rules.lookback_days') }})
    and coalesce(routed.amount_usd, 0) >= coalesce(rules.min_amount_usd, 0)
    and (
        rules.min_share is null
        or routed.amount_usd > cast(rules.min_share * routed.whole_usd as {{ money_type() }})
        or routed.token_difference > rules.min_share * routed.billed_tokens
    )
