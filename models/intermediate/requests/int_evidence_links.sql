-- Which records belong to a call that has more than one: the record that counts, those that it counts for, and what an
-- application said of it. A record may be known through another one of its call.
with copies as (

    select distinct
        usage_date,
        source_file,
        line_number,
        record_number,
        kept_source_file,
        kept_line_number,
        kept_record_number
    from {{ ref('int_call_copies') }}

),

kept_of_copies as (

    select
        copies.usage_date,
        copies.source_file as evidence_file,
        copies.line_number as evidence_line,
        copies.record_number as evidence_record,
        coalesce(further.kept_source_file, copies.kept_source_file) as source_file,
        coalesce(further.kept_line_number, copies.kept_line_number) as line_number,
        coalesce(further.kept_record_number, copies.kept_record_number) as record_number
    from copies
    left join copies as further
        on
            copies.usage_date = further.usage_date
            and copies.kept_source_file = further.source_file
            and copies.kept_line_number = further.line_number
            and copies.kept_record_number = further.record_number

),

statements as (

    select
        statements.usage_date,
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

)

select distinct
    usage_date,
    source_file,
    line_number,
    record_number,
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
    source_file as evidence_file,
    line_number as evidence_line,
    record_number as evidence_record,
    'usage' as evidence_role
from others
