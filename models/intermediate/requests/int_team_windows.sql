select
    team_id,
    team_name,
    team_lead,
    team_kind,
    cost_center_id,
    {{ validity_dates() }}
from {{ ref('teams') }}
