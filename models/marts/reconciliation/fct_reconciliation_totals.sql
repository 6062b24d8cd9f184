-- The verdicts on every total that somebody reads: a total may be off although all that it is made of is not.
with lines as (

    select * from {{ ref('fct_reconciliation_daily') }}

),

summed as (

    {% for level, (period, account, model) in {
        'day': ('usage_date', "'all'", "'all'"),
        'account': ('usage_date', 'billing_account_id', "'all'"),
        'model': (month_of('usage_date'), "'all'", 'billed_model'),
        'month': (month_of('usage_date'), 'billing_account_id', "'all'"),
    }.items() %}
    select
        '{{ level }}' as total_level,
        {{ period }} as period_start_date,
        provider,
        {{ account }} as billing_account_id,
        {{ model }} as billed_model,
        {{ rolled_up_sums() }}
    from lines
    group by 1, 2, 3, 4, 5
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

judged as (

    {{ judged_totals('summed.total_level', 'period_start_date') }}

)

select
    total_level,
    period_start_date,
    provider,
    billing_account_id,
    billed_model,
    settled_line_count,
    settled_bill_usd,
    undecided_variance_usd,
    materiality_usd,
    materiality_version,
    {{ total_status() }} as total_status
from judged
