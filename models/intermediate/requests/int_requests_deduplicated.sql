with requests as (

    select * from {{ ref('int_requests_unioned') }}

),

duplicates as (

    select * from {{ ref('int_duplicate_deliveries') }}

),

final as (

    -- the duplicates are few: leaving them out is far cheaper than ranking every request
    select requests.*
    from requests
    left join duplicates
        on
            requests.usage_date = duplicates.usage_date
            and requests.source_file = duplicates.source_file
            and requests.line_number = duplicates.line_number
            and requests.record_number = duplicates.record_number
    where duplicates.source_file is null

)

select * from final
