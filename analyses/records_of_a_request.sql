-- What each record of one request says, field by field: a row per attempt, field and record, with the raw line.
-- Where records differ, `used_value` is what counts and `used_source_system` whose word it is.
-- Run it with the request_id, logical_request_id or request_key of the request:
--   ai-cost dbt show --select records_of_a_request --vars '{request_id: chatcmpl-1}' --limit 100 --output json
{% set wanted = "'" ~ (var('request_id', '')) | replace("'", "''") ~ "'" %}
{% set record = ['source_system', 'source_file', 'line_number', 'record_number'] %}
{% set fields = [
    'team_tag', 'gateway_team', 'credential_id', 'service_name', 'feature', 'environment', 'customer_id',
    'prompt_version', 'served_model', 'reported_input_tokens', 'reported_output_tokens',
] %}
{% set charged_fields = [
    'credential_id', 'service_name', 'feature', 'environment', 'customer_id', 'prompt_version', 'served_model',
] %}
with calls as (

    select *
    from {{ ref('fct_priced_requests') }}
    where
        request_id = {{ wanted }} or logical_request_id = {{ wanted }} or request_key = {{ wanted }}
        or gateway_call_id = {{ wanted }} or provider_response_id = {{ wanted }}

),

evidence as (

    select evidence.*
    from {{ ref('fct_call_evidence') }} as evidence
    inner join calls
        on evidence.request_key = calls.request_key

),

said as (

    {% for field in fields %}
    select
        request_key,
        evidence_role,
        '{{ field }}' as field,
        cast({{ field }} as {{ dbt.type_string() }}) as value,
        {{ record | join(', ') }}
    from evidence
    union all
    {% endfor %}

    -- a call that one system alone has logged: what counts is what its record says
    {% for field in charged_fields %}
    select
        calls.request_key,
        'usage' as evidence_role,
        '{{ field }}' as field,
        cast(calls.{{ field }} as {{ dbt.type_string() }}) as value,
        {{ 'calls.' ~ record | join(', calls.') }}
    from calls
    left join evidence
        on calls.request_key = evidence.request_key
    where evidence.request_key is null
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

conflicts as (

    select * from {{ ref('fct_evidence_conflicts') }}

)

select
    calls.request_id,
    calls.attempt_number,
    said.field,
    said.value,
    said.source_system,
    said.evidence_role,
    coalesce(conflicts.used_value, said.value) as used_value,
    coalesce(conflicts.used_source_system, said.source_system) as used_source_system,
    conflicts.field is not null as is_contradicted,
    calls.team_id,
    calls.owner_source,
    said.source_file,
    said.line_number,
    said.record_number,
    calls.request_key
from said
inner join calls
    on said.request_key = calls.request_key
left join conflicts
    on
        said.request_key = conflicts.request_key
        and said.field = conflicts.field
        and said.source_file = conflicts.other_source_file
        and said.line_number = conflicts.other_line_number
        and said.record_number = conflicts.other_record_number
where said.value is not null
order by
    calls.usage_at asc, calls.request_key asc, said.field asc, said.evidence_role desc, said.source_system asc
