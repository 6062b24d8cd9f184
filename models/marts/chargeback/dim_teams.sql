select
    team_id,
    team_name,
    team_lead,
    team_kind,
    cost_center_id,
    valid_from,
    valid_to,
    valid_from <= {{ run_date() }} and valid_to > {{ run_date() }} as is_current
from {{ ref('int_team_windows') }}
