-- Each month of charges with a fingerprint of everything in its FOCUS rows: when it differs, the month is written
-- again. Names go into open months alone; a closed one is as it was delivered.
{{ config(materialized='table') }}

with names as (

    {% for name in ['focus_providers', 'focus_meters', 'int_focus_model_makers', 'int_team_windows'] %}
    select sum({{ row_hash(name) }}) as rows_number from {{ ref(name) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

months as (

    select
        charges.billing_start_date as period_start_date,
        count(*) as charge_count,
        sum({{ row_hash('charges') }}) as charges_number,
        (select sum(names.rows_number) from names) as names_number
    from {{ ref('int_focus_charges') }} as charges
    group by charges.billing_start_date

    union all

    select
        posted.posting_period as period_start_date,
        count(*) as charge_count,
        sum({{ row_hash('posted') }}) as charges_number,
        null as names_number
    from {{ ref('int_focus_posted_charges') }} as posted
    group by posted.posting_period

)

select
    'month' as period_grain,
    period_start_date,
    md5({{ row_text(['charge_count', 'charges_number', 'names_number']) }}) as period_fingerprint
from months
