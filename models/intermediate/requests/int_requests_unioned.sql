-- The one place that lists the gateways. A new one is a staging folder and a line here.
{{ view_by_day() }}

with requests as (

    {{ union_requests([
        'stg_litellm__spend_logs',
        'int_otel_requests',
        'stg_envelope__events',
        'stg_litellm_standard_logging__payloads',
        'stg_portkey__logs',
        'stg_helicone__requests',
        'int_langfuse_requests',
        'stg_kong__ai_logs',
        'stg_nginx__access_logs',
        'stg_bedrock__invocations',
        'stg_cloudflare__ai_gateway_logs',
        'stg_openrouter__generations',
        'stg_envoy__ai_gateway_logs',
    ]) }}

),

dated as (

    select
        *,
        cast(usage_at as date) as usage_date
    from requests

)

select * from dated
{{ where_days_changed() }}
