select
    cost_center_id,
    entity_id,
    {{ validity_dates() }}
from {{ ref('entities') }}
