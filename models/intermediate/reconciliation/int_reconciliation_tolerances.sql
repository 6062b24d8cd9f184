select
    tolerance_version,
    provider,
    absolute_usd,
    relative,
    {{ validity_dates() }}
from {{ ref('reconciliation_tolerances') }}
