-- What a model charges for besides plain tokens, and what that says of usage that a log counts or leaves out.
with prices as (

    select
        provider,
        model,
        max(case when meter = 'request_fee' then 1 else 0 end) = 1 as has_request_fee,
        max(case when meter = 'output_image' then 1 else 0 end) = 1 as has_image_tokens,
        max(case when meter = 'generated_image' then 1 else 0 end) = 1 as has_image_price,
        max(case when meter != 'request_fee' then unit_price_usd else 0 end) as highest_other_price_usd
    from {{ ref('int_recorded_prices') }}
    where own_recorded_at is null
    group by 1, 2

)

select
    provider,
    model,
    has_request_fee,
    -- what a call used need then not be known: so it is with moderation, whose fee is zero
    has_request_fee and highest_other_price_usd = 0 as has_fee_alone,
    -- an image is then in the output's tokens already
    has_image_tokens and not has_image_price as images_are_tokens
from prices
where has_request_fee or has_image_tokens
