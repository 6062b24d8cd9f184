select
    cost_center_id,
    business_unit,
    director,
    {{ validity_dates() }}
from {{ ref('business_units') }}
