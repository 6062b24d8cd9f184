-- What is known about an attempt's usage, and whether a provider bills it.
with requests as (

    select * from {{ ref('int_requests_with_usage') }}

),

checked as (

    select
        *,
        {{ sum_of(meters() | map(attribute='quantity')) }} as metered_quantity,
        {{ sum_of(meters() | selectattr('in_tier') | map(attribute='quantity')) }} as context_tokens,
        case
            when reported_input_tokens < 0 or reported_output_tokens < 0
                or reported_cache_read_tokens < 0 or reported_cache_write_tokens < 0
                then 'negative_tokens'
            when cached_tokens > 0 and token_convention not in ('cached_inside', 'cached_beside')
                then 'unknown_token_convention'
            when unstated_write_tokens < 0 then 'cache_write_split_exceeds_total'
            when input_includes_cache and uncached_input_tokens < 0 then 'cached_exceeds_input'
            when
                uncached_input_tokens < 0 or output_tokens < 0
                or cache_read_tokens < 0 or input_audio_tokens < 0 or input_image_tokens < 0
                then 'parts_exceed_total'
            when reported_reasoning_tokens > reported_output_tokens and output_includes_reasoning
                then 'reasoning_exceeds_output'
            -- an inclusive input stored beside its cached parts counts them twice
            when
                total_covers_all
                and reported_total_tokens < {{ sum_of(meters() | selectattr('is_token') | map(attribute='quantity')) }}
                then 'parts_exceed_total'
            when reported_unclassified_tokens > 0 then 'unclassified_cache_tokens'
            when iteration_count > {{ max_iterations() }} then 'too_many_iterations'
        end as usage_issue
    from requests

),

-- a total above all that is known holds tokens that nobody has read: the cost is a lower bound
explained as (

    select
        *,
        -- guardrails are no call of a model
        gateway_reported_cost_usd - coalesce(gateway_guardrail_cost_usd, 0) as own_cost_usd,
        usage_issue is null and coalesce(usage_quality, 'exact') in ('exact', 'estimated')
        and (coalesce(reported_input_tokens, 0) != 0 or coalesce(reported_output_tokens, 0) != 0)
        and coalesce(
            reported_total_tokens > {{ sum_of(meters() | selectattr('is_token') | map(attribute='quantity')) }}, false
        ) as is_unexplained
    from checked

),

final as (

    select
        *,
        case when is_unexplained then 'usage_unexplained' else usage_quality end as known_usage_quality,
        case
            -- zeros beside a cost of the gateway's own: it charged for what it does not count here, such as
            -- images, seconds, searches, or a stream whose usage it never saw
            when
                metered_quantity = 0
                and (
                    (reported_input_tokens is null and reported_output_tokens is null)
                    or own_cost_usd > 0
                )
                then 'missing'
            when metered_quantity = 0 then 'zero_reported'
            when usage_quality = 'estimated' then 'estimated'
            else 'metered'
        end as usage_status,
        -- an end user's subscription is not billed by the attempt;
        -- a failed attempt is billed for the usage it had, and for nothing when it had none and cost nothing
        not is_gateway_cache_hit
        and not coalesce(is_uncharged, false)
        and coalesce(billing_channel, 'api') != 'subscription'
        and (
            request_status not in {{ failed_statuses() }}
            or metered_quantity != 0
            or coalesce(own_cost_usd, 0) > 0
        ) as is_billable
    from explained

)

select * from final
