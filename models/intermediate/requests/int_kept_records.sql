-- The record that counts for each record of a call that it is not charged by. A record may be known through another
-- one of its call.
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

)

select distinct
    copies.usage_date,
    copies.source_file,
    copies.line_number,
    copies.record_number,
    coalesce(further.kept_source_file, copies.kept_source_file) as kept_source_file,
    coalesce(further.kept_line_number, copies.kept_line_number) as kept_line_number,
    coalesce(further.kept_record_number, copies.kept_record_number) as kept_record_number
from copies
left join copies as further
    on
        copies.usage_date = further.usage_date
        and copies.kept_source_file = further.source_file
        and copies.kept_line_number = further.line_number
        and copies.kept_record_number = further.record_number
