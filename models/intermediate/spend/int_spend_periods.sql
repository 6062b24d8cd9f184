-- Each week and month with a fingerprint of the days that it and the one before are put together from, as the daily
-- tables were built, and of whether it is over. What is built by periods builds those whose fingerprint is another.
{{ config(materialized='table') }}

{% set daily = [
    'int_spend_by_version_daily', 'int_costly_work_daily', 'fct_spend_daily', 'fct_efficiency_daily',
    'int_user_spend_daily', 'int_retry_path_days', 'int_customer_usage_daily',
] %}
{% for name in daily %}
-- depends_on: {{ ref(name) }}
{% endfor %}
with days as (

    select
        usage_date,
        {{ hash_number(row_text(['model_name', 'usage_date', 'day_fingerprint'])) }} as day_number
    from {{ built_days_table() }}
    where model_name in ('{{ daily | join("', '") }}')

),

periods as (

    {% for grain in ['week', 'month'] %}
    select
        '{{ grain }}' as period_grain,
        {{ period_of(grain, 'usage_date') }} as period_start_date,
        sum(day_number) as days_number
    from days
    group by 1, 2
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

stacked as (

    select
        period_grain,
        period_start_date,
        days_number,
        null as before_number
    from periods

    union all

    select
        period_grain,
        {{ next_period_of_row() }} as period_start_date,
        null as days_number,
        days_number as before_number
    from periods

)

select
    period_grain,
    period_start_date,
    md5({{ row_text([
        'max(days_number)', 'max(before_number)',
        'max(case when ' ~ next_period_of_row() ~ ' <= ' ~ run_date() ~ ' then 1 else 0 end)',
    ]) }}) as period_fingerprint
from stacked
group by 1, 2
