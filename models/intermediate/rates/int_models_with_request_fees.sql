-- Models that charge a fixed fee for each request, beside tokens or alone.
select distinct
    provider,
    model
from {{ ref('int_recorded_prices') }}
where meter = 'request_fee' and own_recorded_at is null
