-- All records that systems have of one request, next to what counts: which of them is charged, and whose word each
-- field follows. Run it with the request_id, logical_request_id or request_key of the request:
--   ai-cost dbt show --select records_of_a_request --vars '{request_id: chatcmpl-1}' --limit 100
{% set wanted = "'" ~ (var('request_id', '')) | replace("'", "''") ~ "'" %}

with calls as (

    select
        request_key,
        team_id,
        owner_source,
        cost_usd
    from {{ ref('fct_priced_requests') }}
    where
        request_id = {{ wanted }} or logical_request_id = {{ wanted }} or request_key = {{ wanted }}
        or gateway_call_id = {{ wanted }} or provider_response_id = {{ wanted }}

),

conflicts as (

    select
        request_key,
        other_source_file,
        other_line_number,
        other_record_number,
        count(*) as conflict_count
    from {{ ref('fct_evidence_conflicts') }}
    group by request_key, other_source_file, other_line_number, other_record_number

)

select
    evidence.*,
    calls.team_id,
    calls.owner_source,
    calls.cost_usd,
    coalesce(conflicts.conflict_count, 0) as conflict_count
from calls
inner join {{ ref('fct_call_evidence') }} as evidence
    on calls.request_key = evidence.request_key
left join conflicts
    on
        evidence.request_key = conflicts.request_key
        and evidence.source_file = conflicts.other_source_file
        and evidence.line_number = conflicts.other_line_number
        and evidence.record_number = conflicts.other_record_number
order by evidence.request_key, evidence.evidence_role, evidence.source_system, evidence.line_number
