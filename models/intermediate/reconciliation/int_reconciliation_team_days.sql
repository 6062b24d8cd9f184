-- Each day with a fingerprint of what the teams' sides of it are put together from: the gateways' meters as they were
-- built, and the owners and the rest of the bill.
{{ config(materialized='table') }}

-- depends_on: {{ ref('int_gateway_meters_daily') }}
with parts as (

    select
        period_start_date as usage_date,
        {{ hash_number(row_text(['period_fingerprint'])) }} as part_number
    from {{ built_periods_table() }}
    where model_name = 'int_gateway_meters_daily'

    {% for name in ['int_bill_line_owners', 'int_provider_pools_daily'] %}
    union all

    select
        bill.usage_date,
        {{ row_hash('bill') }} as part_number
    from {{ ref(name) }} as bill
    {% endfor %}

)

select
    'day' as period_grain,
    usage_date as period_start_date,
    md5({{ row_text(['sum(part_number)']) }}) as period_fingerprint
from parts
group by usage_date
