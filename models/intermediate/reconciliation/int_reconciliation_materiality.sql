select
    materiality_version,
    level,
    provider,
    absolute_usd,
    relative,
    {{ validity_dates() }}
from {{ ref('reconciliation_materiality') }}
