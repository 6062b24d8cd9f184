-- Every listed price ever recorded, corrections and withdrawals included: the audit trail of a rate.
select
    md5({{ row_text(['price_card_version', 'provider', 'model', 'meter', 'service_tier', 'region_scope',
        'context_min_tokens', 'valid_from', 'recorded_at', 'status']) }}) as rate_key,
    price_card_version,
    provider,
    model,
    meter,
    meter in {{ meter_names() }} as is_metered,
    service_tier,
    region_scope,
    context_min_tokens,
    threshold_inclusive,
    unit_price_usd,
    block_size,
    coalesce(valid_from, cast({{ open_start() }} as timestamp)) as valid_from,
    valid_to,
    recorded_at,
    status,
    source
from {{ ref('rate_card_prices') }}
