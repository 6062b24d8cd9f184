-- If several systems log one call (a gateway's ledger, its callback, a tracer), only one record is charged:
-- source_precedence ranks the sources. What the other records know is merged into it (int_merged_evidence).
select
    source_system,
    usage_date,
    source_file,
    line_number,
    record_number,
    min(kept_source_system) as kept_source_system,
    min(shared_key) as shared_key
from {{ ref('int_call_copies') }}
group by 1, 2, 3, 4, 5
