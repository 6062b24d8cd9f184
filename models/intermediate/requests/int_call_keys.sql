-- The names by which a record may be known as one call with the record of another system. A gateway's id of the call
-- and a provider's id of the response are made for one call. An id that the client chose, or a trace and a model,
-- may be those of several calls, and tell only where each system has exactly one such record. Days that one system
-- alone has logged are left out.
with requests as (

    select requests.*
    from {{ ref('int_requests_unioned') }} as requests
    inner join {{ ref('int_shared_days') }} as shared_days
        on requests.usage_date = shared_days.usage_date

),

named as (

    select
        requests.*,
        regexp_replace(lower(coalesce(requests.served_model, requests.requested_model)), '^.*/', '') as served_name,
        regexp_replace(lower(coalesce(requests.requested_model, requests.served_model)), '^.*/', '') as requested_name,
        -- fixed width, so that the smallest text is the best authority
        cast(1000 + coalesce(precedences.precedence, 999) as {{ dbt.type_string() }}) || ' '
        || requests.source_system as authority
    from requests
    left join {{ ref('source_precedence') }} as precedences
        on requests.source_system = precedences.source_system

)

{% for kind, name, condition in [
    ('call', 'gateway_call_id', 'gateway_call_id is not null'),
    ('response', 'provider_response_id', 'provider_response_id is not null'),
    ('request', 'request_id', 'request_id is not null'),
    ('request', 'gateway_call_id', "gateway_call_id != coalesce(request_id, '')"),
    ('request', 'provider_response_id',
        "provider_response_id not in (coalesce(request_id, ''), coalesce(gateway_call_id, ''))"),
    ('request', "request_id || ' ' || served_name", 'request_id is not null and served_name is not null'),
    ('trace', "trace_id || ' ' || served_name", 'trace_id is not null and served_name is not null'),
    ('trace', "trace_id || ' ' || requested_name", 'trace_id is not null and requested_name != served_name'),
] %}
select
    source_system,
    authority,
    event_id,
    '{{ kind }}' as key_kind,
    '{{ kind }} ' || {{ name }} as shared_key,
    {{ 'true' if kind in ('call', 'response') else 'false' }} as is_of_one_call,
    coalesce(lower(request_status) in ('failure', 'failed', 'error'), false) as is_failure,
    reported_output_tokens,
    latency_ms,
    usage_at,
    usage_date,
    source_file,
    line_number,
    record_number
from named
where {{ condition }}
{{ 'union all' if not loop.last }}
{% endfor %}
