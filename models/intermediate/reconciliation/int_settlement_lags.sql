select
    settlement_version,
    provider,
    settles_after_days,
    {{ validity_dates() }}
from {{ ref('settlement_lags') }}
