-- What somebody must be told, under an id that stays the same from night to night, so that it is told once.
with breaches as (

    select
        'reconciliation_breach' as kind,
        usage_date as alert_date,
        provider || ', account ' || coalesce(billing_account_id, 'unknown') as subject,
        'lines of the bill are beyond tolerance, one of them: ' || coalesce(min(reason_code), 'unexplained') as cause,
        count(*) as item_count,
        cast(sum(abs(variance_usd)) as {{ money_type() }}) as amount_usd
    from {{ ref('fct_reconciliation_daily') }}
    where status = 'breach'
    group by 2, 3

),

mystery as (

    select
        'mystery_spend' as kind,
        usage_date as alert_date,
        'unattributed' as team_id,
        'the whole day' as subject,
        'no registered team answers for this spend' as cause,
        cast(sum(case when unattributed_cost_usd > 0 then attempt_count else 0 end) as bigint) as item_count,
        cast(sum(unattributed_cost_usd) as {{ money_type() }}) as amount_usd,
        cast(sum(cost_usd) as {{ money_type() }}) as whole_usd
    from {{ ref('fct_attribution_coverage_daily') }}
    group by 2

),

unpriced as (

    select
        'unpriced_usage' as kind,
        {{ month_of('usage_date') }} as alert_date,
        team_id,
        provider || ' ' || coalesce(served_model, requested_model, 'none') as subject,
        'in use without a price: ' || price_status as cause,
        count(*) as item_count,
        max(usage_date) as newest_date
    from {{ ref('fct_priced_requests') }}
    where price_status in {{ unpriced_statuses() }}
    group by 2, 3, 4, 5

),

held_back as (

    select
        'quarantined_records' as kind,
        'file ' || source_file || ' (batch ' || batch_id || ')' as subject,
        'held back, one of them for: ' || min(reason) as cause,
        count(*) as item_count
    from {{ ref('fct_quarantined_records') }}
    group by 2

),

-- a budget stays broken for the rest of its month, and is told once
anomalies as (

    select
        'spend_anomaly' as kind,
        case when rule_kind = 'budget_share' then {{ month_of('usage_date') }} else usage_date end as alert_date,
        team_id,
        rule_kind || ', rule ' || rule_id || case when rule_kind = 'request_tokens' then ', ' || request_key else '' end
            as subject,
        'spend is beyond its rule: ' || severity as cause,
        count(*) as item_count,
        max(observed_usd) as amount_usd,
        max(usage_date) as newest_date
    from {{ ref('fct_spend_anomalies') }}
    group by 2, 3, 4, 5

),

found as (

    {% set no_team, no_usd = 'cast(null as ' ~ dbt.type_string() ~ ')', 'cast(null as ' ~ money_type() ~ ')' %}
    {%- for part, date, team, amount, whole, newest in [
        ('breaches', 'alert_date', no_team, 'amount_usd', no_usd, 'alert_date'),
        ('mystery', 'alert_date', 'team_id', 'amount_usd', 'whole_usd', 'alert_date'),
        ('unpriced', 'alert_date', 'team_id', no_usd, no_usd, 'newest_date'),
        ('anomalies', 'alert_date', 'team_id', 'amount_usd', no_usd, 'newest_date'),
        ('held_back', 'cast(null as date)', no_team, no_usd, no_usd, 'cast(null as date)'),
    ] %}
    select
        kind, {{ date }} as alert_date, {{ team }} as team_id, subject, cause, item_count,
        {{ amount }} as amount_usd, {{ whole }} as whole_usd, {{ newest }} as newest_date
    from {{ part }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    md5({{ row_text(['found.kind', 'found.alert_date', 'found.team_id', 'found.subject']) }}) as alert_id,
    found.kind, found.alert_date, found.team_id, teams.team_lead, found.subject, found.cause,
    cast(found.item_count as bigint) as item_count,
    found.amount_usd
from found
inner join {{ ref('alert_rules') }} as rules
    on found.kind = rules.kind
left join {{ ref('dim_teams') }} as teams
    on found.team_id = teams.team_id and teams.is_current
where
    (found.newest_date is null or found.newest_date >= {{ days_before(run_date(), 'rules.lookback_days') }})
    and coalesce(found.amount_usd, 0) >= coalesce(rules.min_amount_usd, 0)
    and (rules.min_share is null or found.amount_usd > cast(rules.min_share * found.whole_usd as {{ money_type() }}))
