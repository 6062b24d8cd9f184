select
    credential_id,
    team_id,
    coalesce(billing_account_id, 'default') as billing_account_id,
    {{ validity_dates() }}
from {{ ref('credential_owners') }}
