-- What an alert is made of, so that whoever gets it need not look it up. For alerts of the last weeks only: the
-- older ones are told already.
with newest as (

    select * from {{ ref('fct_spend_anomalies') }}
    where usage_date >= {{ days_before(run_date(), 35) }}

),

-- what a single request is made of is known from its own row, below
anomalies as (

    select * from newest
    where rule_kind != 'request_tokens'

),

spend as (

    select
        anomalies.anomaly_id,
        charges.service_name,
        charges.feature,
        charges.provider,
        charges.billed_model,
        cast(sum(charges.attempt_count) as bigint) as attempt_count,
        cast(sum(charges.amount_usd) as {{ money_type() }}) as cost_usd
    from anomalies
    inner join {{ ref('int_charges_daily') }} as charges
        on
            anomalies.team_id = charges.team_id
            and anomalies.service_name in ('*', charges.service_name)
            and charges.usage_date between anomalies.window_start_date and anomalies.usage_date
    group by 1, 2, 3, 4, 5

),

requests as (

    select
        anomalies.anomaly_id,
        notable.service_name,
        notable.feature,
        notable.provider,
        notable.billed_model,
        notable.request_key,
        row_number() over (
            partition by
                anomalies.anomaly_id, notable.service_name, notable.feature, notable.provider, notable.billed_model
            order by notable.cost_usd desc nulls last, notable.request_key asc
        ) as request_rank
    from anomalies
    inner join {{ ref('int_notable_requests') }} as notable
        on
            anomalies.team_id = notable.team_id
            and notable.usage_date between anomalies.window_start_date and anomalies.usage_date

),

ranked as (

    select
        *,
        sum(cost_usd) over (partition by anomaly_id) as whole_cost_usd,
        row_number() over (
            partition by anomaly_id
            order by cost_usd desc, service_name asc, feature asc, provider asc, billed_model asc
        ) as driver_rank
    from spend

)

select
    ranked.anomaly_id,
    cast(ranked.driver_rank as integer) as driver_rank,
    ranked.service_name,
    ranked.feature,
    ranked.provider,
    ranked.billed_model,
    ranked.attempt_count,
    ranked.cost_usd,
    {{ money_ratio_of('ranked.cost_usd', 'ranked.whole_cost_usd') }} as cost_share,
    requests.request_key
from ranked
left join requests
    on
        ranked.anomaly_id = requests.anomaly_id
        and ranked.service_name = requests.service_name
        and ranked.feature = requests.feature
        and ranked.provider = requests.provider
        and ranked.billed_model = requests.billed_model
        and requests.request_rank = 1

union all

select
    newest.anomaly_id,
    1 as driver_rank,
    alerts.service_name,
    alerts.feature,
    alerts.provider,
    alerts.billed_model,
    1 as attempt_count,
    alerts.cost_usd,
    {{ money_ratio_of('alerts.cost_usd', 'alerts.cost_usd') }} as cost_share,
    alerts.request_key
from newest
inner join {{ ref('int_request_alerts') }} as alerts
    on newest.rule_id = alerts.rule_id and newest.request_key = alerts.request_key
where newest.rule_kind = 'request_tokens' and alerts.cost_usd is not null
