-- Harm: int_polls reads the gateways that look at finished jobs by name. One that is missing there would be
-- billed at every look.
select source_system
from {{ ref('int_requests_unioned') }}
where is_poll
except
select source_system
from {{ ref('int_polls') }}
