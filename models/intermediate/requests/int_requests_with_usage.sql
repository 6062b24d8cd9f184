-- Every provider and gateway counts in its own way; here they become disjoint meters, so that a
-- price is a plain sum of products. Nothing is clamped: usage that contradicts itself is named in
-- usage_issue and stays unpriced.
{% set apart = ['input_audio', 'input_image', 'input_video', 'cache_read_image', 'request_fee', 'generated_image'] %}
with requests as (

    select * from {{ ref('int_requests_with_convention') }}

),

split as (

    select
        *,
        -- a write whose lifetime nobody stated is its provider's default
        coalesce(reported_cache_write_tokens, stated_write_tokens) - stated_write_tokens
            as unstated_write_tokens,
        {% for meter in meters_as_reported() if meter.name not in apart %}
        coalesce(reported_{{ meter.quantity }}, 0) as {{ meter.quantity }},
        {% endfor %}
        -- what was read from the cache is a part of all audio and of all images, too
        coalesce(reported_input_audio_tokens, 0) - coalesce(reported_cache_read_audio_tokens, 0) as input_audio_tokens,
        case
            when images_are_text then 0
            else coalesce(reported_input_image_tokens, 0) - coalesce(reported_cache_read_image_tokens, 0)
        end as input_image_tokens,
        case when images_are_text then 0 else coalesce(reported_input_video_tokens, 0) end as input_video_tokens,
        case when images_are_text then 0 else coalesce(reported_cache_read_image_tokens, 0) end
            as cache_read_image_tokens,
        case
            when images_are_tokens and coalesce(reported_output_tokens, 0) > 0 then 0
            else coalesce(reported_generated_images, 0)
        end as generated_images,
        coalesce(reported_charged_requests, case when {{ is_one_answered_call() }} then 1 else 0 end)
            as charged_requests
    from requests

),

final as (

    select
        *,
        coalesce(reported_input_tokens, 0) - ({{ quantity_within('input') }})
        - case when input_includes_cache then cached_tokens else 0 end as uncached_input_tokens,
        coalesce(reported_cache_read_tokens, 0) - ({{ quantity_within('cache_read') }}) as cache_read_tokens,
        {% for lifetime in ['5m', '30m', '1h', '12h'] %}
        coalesce(reported_cache_write_{{ lifetime }}_tokens, 0)
        + case when coalesce(default_lifetime, '5m') = '{{ lifetime }}' then unstated_write_tokens else 0 end
            as cache_write_{{ lifetime }}_tokens,
        {% endfor %}
        coalesce(reported_output_tokens, 0) - ({{ quantity_within('output') }})
        + case when output_includes_reasoning then 0 else coalesce(reported_reasoning_tokens, 0) end
            as output_tokens,
        reported_reasoning_tokens as reasoning_tokens,
        unstated_write_tokens > 0 as is_cache_lifetime_assumed
    from split

)

select * from final
