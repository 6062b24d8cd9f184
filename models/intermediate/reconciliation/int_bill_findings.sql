-- What is wrong with bills as such, whatever their lines say. A table: it holds the day of the run.
{{ config(materialized='table') }}

with missing as (

    -- told month by month, so that a day that goes missing later is told of too
    select
        case when days.has_bill then 'late_pull' else 'no_bill' end as finding,
        days.provider,
        days.billing_account_id,
        {{ month_of('days.usage_date') }} as usage_month_date,
        min(days.usage_date) as first_usage_date,
        max(days.usage_date) as last_usage_date,
        min(days.found_date) as found_date,
        max(days.found_date) as last_found_date,
        count(*) as item_count,
        cast(sum(days.gateway_cost_usd) as {{ money_type() }}) as amount_usd
    from {{ ref('int_bill_days') }} as days
    left join {{ ref('providers') }} as providers
        on days.provider = providers.provider
    where
        (not days.has_bill or not days.is_settled) and days.settles_on < {{ run_date() }}
        -- nobody bills the firm's own machines
        and (days.has_bill or coalesce(providers.provider_kind, 'unknown') != 'own')
    group by 1, 2, 3, 4

),

incomplete as (

    select
        *,
        cast(pulled_at as date) as found_date
    from {{ ref('int_incomplete_pulls') }}

),

words as (

    select
        *,
        cast(first_pulled_at as date) as found_date
    from {{ ref('int_bill_issues') }}
    -- a cloud's other services are no findings
    where issue != 'service'

),

restated as (

    select
        restatements.provider,
        restatements.billing_account_id,
        periods.period_start,
        min(restatements.usage_date) as first_usage_date,
        max(restatements.usage_date) as last_usage_date,
        cast(min(restatements.last_restated_at) as date) as found_date,
        cast(max(restatements.last_restated_at) as date) as last_found_date,
        count(*) as item_count,
        cast(sum(restatements.gross_restated_usd) as {{ money_type() }}) as amount_usd
    from {{ ref('fct_provider_restatements') }} as restatements
    inner join {{ ref('accounting_periods') }} as periods
        on {{ month_of('restatements.usage_date') }} = periods.period_start
    where restatements.is_counted and restatements.last_restated_at > periods.closed_at
    group by 1, 2, 3

),

leaked as (select * from {{ ref('int_leaked_credentials') }}),

prepaid as (select * from {{ ref('int_prepaid_findings') }}),

orders as (select * from {{ ref('int_purchase_order_findings') }}),

drifting as (

    select
        provider,
        {{ month_of('usage_date') }} as usage_month_date,
        min(first_usage_date) as first_usage_date,
        max(usage_date) as last_usage_date,
        min(usage_date) as found_date,
        max(usage_date) as last_found_date,
        count(*) as item_count,
        max(abs(variance_usd)) as amount_usd
    from {{ ref('fct_reconciliation_drift') }}
    where drift_status = 'drift'
    group by 1, 2

)

{% set columns = ['finding', 'billing_account_id', 'subject', 'first_usage_date', 'last_usage_date',
    'last_found_date', 'item_count', 'amount_usd'] %}
{% set text = dbt.type_string() %}
{% for part, own in {
    'missing': {'subject': "'use of ' || cast(usage_month_date as " ~ text ~ ")"},
    'leaked': {'finding': "'leaked_credential'", 'subject': "'credential ' || credential_id",
        'item_count': 'line_count', 'amount_usd': 'cost_usd'},
    'drifting': {'finding': "'drift'", 'billing_account_id': "'all'",
        'subject': "'use of ' || cast(usage_month_date as " ~ text ~ ")"},
    'prepaid': {},
    'orders': {'subject': "'order ' || po_number", 'first_usage_date': 'valid_from', 'last_usage_date': 'last_found_date'},
    'incomplete': {'finding': "'incomplete_pull'", 'subject': 'source_file', 'first_usage_date': 'missing_from_date',
        'last_usage_date': 'missing_from_date', 'last_found_date': 'found_date', 'item_count': '1',
        'amount_usd': 'cast(null as ' ~ money_type() ~ ')'},
    'words': {'finding': "case when issue = 'pull' then 'ambiguous_pull' else 'unknown_word' end",
        'subject': "issue || ' ' || term || ' of ' || bill_source || ', ' || currency", 'billing_account_id': "'all'",
        'last_found_date': 'found_date', 'item_count': 'line_count'},
    'restated': {'finding': "'restated_closed_month'",
        'subject': "'use of ' || cast(period_start as " ~ text ~ ')'},
}.items() %}
select
    {% for column in columns %}
    {{ own.get(column, column) }} as {{ column }},
    {% endfor %}
    provider,
    found_date
from {{ part }}
{{ 'union all' if not loop.last }}
{% endfor %}
