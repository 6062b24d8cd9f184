-- The calls that several records speak of, and the statements of an owner that found no call.
with evidence as (

    select * from {{ ref('int_call_evidence') }}

),

calls as (

    select * from {{ ref('int_accepted_attempts') }}
    where evidence_count is not null and coalesce(iteration_number, 1) = 1

)

select
    calls.request_key,
    evidence.usage_date,
    evidence.evidence_role,
    evidence.source_system,
    evidence.request_id,
    evidence.trace_id,
    evidence.usage_at,
    evidence.team_tag,
    evidence.gateway_team,
    evidence.credential_id,
    evidence.service_name,
    evidence.feature,
    evidence.environment,
    evidence.customer_id,
    evidence.prompt_version,
    evidence.served_model,
    evidence.reported_input_tokens,
    evidence.reported_output_tokens,
    evidence.evidence_file as source_file,
    evidence.evidence_line as line_number,
    evidence.evidence_record as record_number
from calls
inner join evidence
    on {{ same_record('calls', 'evidence') }}

union all

select
    cast(null as {{ dbt.type_string() }}) as request_key,
    usage_date,
    'unmatched' as evidence_role,
    source_system,
    request_id,
    trace_id,
    usage_at,
    team_tag,
    cast(null as {{ dbt.type_string() }}) as gateway_team,
    credential_id,
    service_name,
    feature,
    environment,
    customer_id,
    prompt_version,
    served_model,
    cast(null as bigint) as reported_input_tokens,
    cast(null as bigint) as reported_output_tokens,
    source_file,
    line_number,
    record_number
from {{ ref('int_owner_statements') }}
where call_file is null
