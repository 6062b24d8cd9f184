select
    service_name,
    team_id,
    {{ validity_dates() }}
from {{ ref('service_accounts') }}
