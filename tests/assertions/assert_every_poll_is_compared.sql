-- Harm: int_job_cost_snapshots reads the gateways that look at finished jobs by name. One that is missing there
-- would be billed at every look.
select source_system
from {{ ref('int_requests_unioned') }}
where is_job_snapshot
except
select source_system
from {{ ref('int_job_cost_snapshots') }}
