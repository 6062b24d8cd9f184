select
    currency,
    usd_per_unit,
    {{ validity_dates() }}
from {{ ref('fx_rates') }}
