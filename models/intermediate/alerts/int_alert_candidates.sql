-- Everything that somebody may have to be told: what is found, before the rules of alert_rules say how much of it
-- is worth a message.
with unpriced as (

    select
        'unpriced_usage' as kind,
        {{ month_of('usage_date') }} as alert_date,
        team_id,
        provider || ' ' || coalesce(served_model, requested_model, 'none') as subject,
        'in use without a price: ' || min(coalesce(replace(meters_without_a_price, ' ', ' and '), price_status))
            as cause,
        count(*) as item_count,
        max(usage_date) as newest_date,
        max(provider) as provider
    from {{ ref('int_accepted_attempts') }}
    where price_status in {{ unpriced_statuses() }}
    group by 2, 3, 4

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

-- a customer is told of once a month
unprofitable as (

    select
        'unprofitable_customer' as kind,
        usage_period as alert_date,
        'customer ' || unit_id as subject,
        'its use costs more than what it pays' as cause,
        request_count as item_count,
        cast(-margin_usd as {{ money_type() }}) as amount_usd,
        cost_usd as observed_usd,
        revenue_usd as baseline_usd,
        {{ days_before(months_after('usage_period', 1), 1) }} as newest_date
    from {{ ref('fct_unit_costs') }}
    where unit_kind = 'customer' and margin_usd < 0

),

bills as (select * from {{ ref('int_bill_alerts') }}),

totals as (select * from {{ ref('int_total_alerts') }}),

tokens as (select * from {{ ref('int_token_alerts') }}),

covered as (select * from {{ ref('int_coverage_alerts') }}),

anomalies as (select * from {{ ref('int_anomaly_alerts') }}),

substituted as (select * from {{ ref('int_substitution_alerts') }})

{% set text, usd, date, count = 'cast(null as ' ~ dbt.type_string() ~ ')', 'cast(null as ' ~ money_type() ~ ')',
    'cast(null as date)', 'cast(null as bigint)' %}
{% set unknown = {
    'alert_date': date, 'team_id': text, 'provider': text, 'service_name': text, 'severity': "'warning'", 'amount_usd': usd,
    'observed_usd': usd, 'baseline_usd': usd, 'threshold': 'cast(null as decimal(18, 6))', 'whole_usd': usd,
    'newest_date': date, 'anomaly_id': text, 'request_key': text, 'trace_id': text,
    'logged_tokens': count, 'billed_tokens': count, 'token_difference': count,
} %}
{% for part, known in {
    'bills': {'alert_date': 'alert_date', 'provider': 'provider', 'amount_usd': 'amount_usd',
        'newest_date': 'newest_date'},
    'totals': {'alert_date': 'alert_date', 'provider': 'provider', 'amount_usd': 'amount_usd',
        'newest_date': 'newest_date'},
    'tokens': {
        'alert_date': 'alert_date', 'provider': 'provider', 'amount_usd': 'amount_usd', 'newest_date': 'newest_date',
        'logged_tokens': 'logged_tokens', 'billed_tokens': 'billed_tokens', 'token_difference': 'token_difference',
    },
    'covered': {'alert_date': 'alert_date', 'team_id': 'team_id', 'amount_usd': 'amount_usd',
        'whole_usd': 'whole_usd', 'newest_date': 'alert_date'},
    'unpriced': {'alert_date': 'alert_date', 'team_id': 'team_id', 'provider': 'provider',
        'newest_date': 'newest_date'},
    'unprofitable': {'alert_date': 'alert_date', 'amount_usd': 'amount_usd', 'observed_usd': 'observed_usd',
        'baseline_usd': 'baseline_usd', 'newest_date': 'newest_date'},
    'held_back': {},
    'substituted': {'alert_date': 'alert_date', 'team_id': 'team_id', 'provider': 'provider', 'amount_usd': 'amount_usd',
        'newest_date': 'newest_date'},
    'anomalies': {
        'alert_date': 'alert_date', 'team_id': 'team_id', 'service_name': 'service_name', 'severity': 'severity',
        'amount_usd': 'observed_usd', 'observed_usd': 'observed_usd', 'baseline_usd': 'baseline_usd',
        'threshold': 'threshold', 'newest_date': 'newest_date', 'anomaly_id': 'anomaly_id',
        'request_key': 'request_key', 'trace_id': 'trace_id',
    },
}.items() %}
select
    {% for column in unknown %}
    {{ known.get(column, unknown[column]) }} as {{ column }},
    {% endfor %}
    kind,
    subject,
    cause,
    item_count
from {{ part }}
{{ 'union all' if not loop.last }}
{% endfor %}
