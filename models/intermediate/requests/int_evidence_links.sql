-- Which records belong to a call that has more than one: the record that counts, those that it counts for, what an
-- application said of it, and the sums that it is a part of.
with kept_of_copies as (

    select
        usage_date,
        usage_date as evidence_date,
        source_file as evidence_file,
        line_number as evidence_line,
        record_number as evidence_record,
        kept_source_file as source_file,
        kept_line_number as line_number,
        kept_record_number as record_number
    from {{ ref('int_kept_records') }}

),

statements as (

    select
        statements.usage_date,
        statements.usage_date as evidence_date,
        statements.source_file as evidence_file,
        statements.line_number as evidence_line,
        statements.record_number as evidence_record,
        coalesce(kept.source_file, statements.call_file) as source_file,
        coalesce(kept.line_number, statements.call_line) as line_number,
        coalesce(kept.record_number, statements.call_record) as record_number
    from {{ ref('int_owner_statements') }} as statements
    left join kept_of_copies as kept
        on
            statements.usage_date = kept.usage_date
            and statements.call_file = kept.evidence_file
            and statements.call_line = kept.evidence_line
            and statements.call_record = kept.evidence_record
    where statements.call_file is not null

),

-- what an application says of a run is a word on each call that its record sums up, the next day's, too
sums as (

    select
        calls.call_date as usage_date,
        calls.usage_date as evidence_date,
        calls.source_file as evidence_file,
        calls.line_number as evidence_line,
        calls.record_number as evidence_record,
        calls.call_file as source_file,
        calls.call_line as line_number,
        calls.call_record as record_number
    from {{ ref('int_calls_within_records') }} as calls
    inner join {{ ref('int_sums_over_calls') }} as sums
        on
            {{ same_record('calls', 'sums') }}
            and sums.decision = 'repeats'
            and sums.systems in ('*', calls.call_system)
    where calls.is_inside or sums.reach = 'near'

),

others as (

    select
        *,
        'copy' as evidence_role
    from kept_of_copies

    union all

    select
        *,
        'statement' as evidence_role
    from statements

    union all

    select
        *,
        'sum' as evidence_role
    from sums

)

select distinct
    usage_date,
    source_file,
    line_number,
    record_number,
    evidence_date,
    evidence_file,
    evidence_line,
    evidence_record,
    evidence_role
from others

union all

select distinct
    usage_date,
    source_file,
    line_number,
    record_number,
    usage_date as evidence_date,
    source_file as evidence_file,
    line_number as evidence_line,
    record_number as evidence_record,
    'usage' as evidence_role
from others
