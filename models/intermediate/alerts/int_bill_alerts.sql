-- What is wrong with bills, by the day on which it was found: a difference of long ago that was found today is news.
with breaches as (

    select
        'reconciliation_breach' as kind,
        lines.usage_date as alert_date,
        lines.provider || ', account ' || lines.billing_account_id as subject,
        'lines of the bill are beyond tolerance, one of them: ' || coalesce(min(lines.reason_code), 'unexplained')
            as cause,
        count(*) as item_count,
        cast(sum(abs(lines.variance_usd)) as {{ money_type() }}) as amount_usd,
        max(days.found_date) as newest_date,
        max(lines.provider) as provider
    from {{ ref('fct_reconciliation_daily') }} as lines
    inner join {{ ref('int_bill_days') }} as days
        on
            lines.provider = days.provider
            and lines.billing_account_id = days.billing_account_id
            and lines.usage_date = days.usage_date
    where lines.status = 'breach'
    group by 2, 3

),

findings as (

    select
        'bill_finding' as kind,
        found_date as alert_date,
        finding || ': ' || provider || ', account ' || billing_account_id || ', ' || subject as subject,
        next_step as cause,
        item_count,
        amount_usd,
        last_found_date as newest_date,
        provider
    from {{ ref('fct_bill_findings') }}

)

{% for found in ['breaches', 'findings'] %}
select
    kind,
    alert_date,
    subject,
    cause,
    item_count,
    amount_usd,
    newest_date,
    provider
from {{ found }}
{{ 'union all' if not loop.last }}
{% endfor %}
