-- A rate holds from its day until the next one.
select
    currency,
    cast(usd_per_unit as decimal(14, 8)) as usd_per_unit,
    rate_date as valid_from,
    coalesce(lead(rate_date) over (partition by currency order by rate_date), {{ open_end() }}) as valid_to
from {{ ref('fx_rates') }}
