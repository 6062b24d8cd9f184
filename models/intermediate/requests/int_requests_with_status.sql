-- What is known about an attempt's usage, and whether a provider bills it.
with requests as (

    select * from {{ ref('int_requests_with_usage') }}

),

checked as (

    select
        *,
        {{ sum_of(meters() | map(attribute='quantity')) }} as metered_quantity,
        {{ sum_of(meters() | selectattr('in_tier') | map(attribute='quantity')) }} as tier_basis_tokens,
        case
            when reported_input_tokens < 0 or reported_output_tokens < 0
                or reported_cache_read_tokens < 0 or reported_cache_write_tokens < 0
                then 'negative_tokens'
            when unstated_write_tokens < 0 then 'cache_write_split_exceeds_total'
            when input_includes_cache and uncached_input_tokens < 0 then 'cached_exceeds_input'
            when uncached_input_tokens < 0 or output_tokens < 0 then 'parts_exceed_total'
            when reported_reasoning_tokens > reported_output_tokens and output_includes_reasoning
                then 'reasoning_exceeds_output'
        end as usage_issue
    from requests

),

final as (

    select
        *,
        case
            when reported_input_tokens is null and reported_output_tokens is null and metered_quantity = 0
                then 'missing'
            when metered_quantity = 0 then 'zero_reported'
            else 'metered'
        end as usage_status,
        -- a failed attempt is billed for the usage it had, and for nothing when it had none
        not is_gateway_cache_hit
        and (request_status not in {{ failed_statuses() }} or metered_quantity != 0) as is_billable
    from checked

)

select * from final
