-- The one place that lists the gateways. A new one is a staging folder and a line here.
-- depends_on: {{ ref('stg_litellm__spend_logs') }}
-- depends_on: {{ ref('int_otel_requests') }}
-- depends_on: {{ ref('stg_envelope__events') }}

with requests as (

    {{ union_requests([
        'stg_litellm__spend_logs',
        'int_otel_requests',
        'stg_envelope__events',
    ]) }}

)

select
    *,
    cast(usage_at as date) as usage_date
from requests
