-- A request appears once per tag, so no money is stored here: a sum over tags would count it several times.
-- To see what one tag costs, join to fct_priced_requests.
{{ incremental_by_day() }}

with records as (

    select * from {{ ref('int_requests_unioned') }}
    {{ where_days_changed('usage_at') }}

),

attempts as (

    select * from {{ ref('fct_priced_requests') }}
    {{ where_days_changed() }}

),

numbers as (

    {{ tag_numbers() }}

),

-- a line each
tags as (

    select
        records.usage_date,
        records.source_file,
        records.line_number,
        records.record_number,
        split_part(records.request_tags, chr(10), numbers.tag_number) as tag
    from records
    inner join numbers
        on
            length(records.request_tags) - length(replace(records.request_tags, chr(10), '')) + 1
            >= numbers.tag_number
    where records.request_tags is not null

),

final as (

    -- one request may carry a tag twice
    select distinct
        attempts.request_key,
        attempts.usage_date,
        attempts.source_system,
        tags.tag
    from tags
    inner join attempts
        on
            tags.usage_date = attempts.usage_date
            and tags.source_file = attempts.source_file
            and tags.line_number = attempts.line_number
            and tags.record_number = attempts.record_number

)

select * from final
