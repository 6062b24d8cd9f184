select
    cost_center_id,
    cost_center_name,
    {{ validity_dates() }}
from {{ ref('cost_centers') }}
