with requests as (

    select * from {{ ref('int_requests_unioned') }}

),

-- few rows are left out, so an anti-join is far cheaper than ranking every request
left_out as (

    select
        usage_date,
        source_file,
        line_number,
        record_number
    from {{ ref('int_duplicate_deliveries') }}

    union

    select
        usage_date,
        source_file,
        line_number,
        record_number
    from {{ ref('int_cross_source_copies') }}

),

final as (

    select requests.*
    from requests
    left join left_out
        on
            requests.usage_date = left_out.usage_date
            and requests.source_file = left_out.source_file
            and requests.line_number = left_out.line_number
            and requests.record_number = left_out.record_number
    where left_out.source_file is null

)

select * from final
