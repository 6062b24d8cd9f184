-- Each month of charges with a fingerprint of everything in its FOCUS rows: when it differs, the month is written
-- again. Of usage in detail, which is nearly all of it, the days that it was built from say as much as its rows; what
-- those rows read beside it is here too (tests/python/test_focus_periods.py). Names, and who pays in advance, go into
-- open months alone; a closed one is as it was delivered.
{{ config(materialized='table') }}

-- depends_on: {{ ref('int_focus_usage_metered') }}
{% set by_month = {
    'int_focus_detailed_keys': 'usage_period',
    'int_focus_invoice_links': 'billing_start_date',
    'int_focus_lump_charges': 'billing_start_date',
    'int_focus_purchases': 'billing_start_date',
    'int_focus_prepayments': 'billing_start_date',
} %}
with names as (

    {% for name in ['focus_providers', 'focus_meters', 'int_focus_model_makers', 'int_team_windows'] %}
    select sum({{ row_hash(name) }}) as rows_number from {{ ref(name) }}
    union all
    {% endfor %}

    select sum({{ hash_number(row_text(['provider', 'billing_account_id', 'prepaid_from'])) }}) as rows_number
    from {{ ref('int_focus_prepaid_accounts') }}

),

parts as (

    select
        {{ month_of('usage_date') }} as period_start_date,
        {{ hash_number(row_text(['usage_date', 'day_fingerprint'])) }} as part_number
    from {{ built_days_table() }}
    where model_name = 'int_focus_usage_metered'

    {% for name, month in by_month.items() %}
    union all

    select
        held.{{ month }} as period_start_date,
        {{ row_hash('held') }} as part_number
    from {{ ref(name) }} as held
    {% endfor %}

),

posted as (

    select
        delivered.posting_period as period_start_date,
        {{ row_hash('delivered') }} as part_number
    from {{ ref('int_focus_posted_charges') }} as delivered

),

months as (

    select
        period_start_date,
        count(*) as part_count,
        sum(part_number) as parts_number,
        (select sum(names.rows_number) from names) as names_number
    from parts
    where period_start_date not in (select posted.period_start_date from posted)
    group by 1

    union all

    select
        period_start_date,
        count(*) as part_count,
        sum(part_number) as parts_number,
        null as names_number
    from posted
    group by 1

)

select
    'month' as period_grain,
    period_start_date,
    md5({{ row_text(['part_count', 'parts_number', 'names_number']) }}) as period_fingerprint
from months
