-- The suggested cause of a variance: of all evidence for a line, the one that ranks first in
-- reconciliation_reasons. A person decides, this only points.
{{ config(materialized='table') }}

{% set kinds = ['calendar', 'credentials', 'bill_lines', 'attempts', 'classes', 'tiers', 'figures'] %}

with evidence as (

    {% for kind in kinds %}
    select
        {{ line_keys() | join(', ') }},
        reason_code,
        reason_evidence
    from {{ ref('int_reason_evidence_' ~ kind) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

reasons as (

    select * from {{ ref('reconciliation_reasons') }}

),

ranked as (

    select
        evidence.*,
        row_number() over (
            partition by
                {{ line_keys_of('evidence') }}
            order by reasons.reason_rank, evidence.reason_code, evidence.reason_evidence
        ) as reason_order
    from evidence
    inner join reasons
        on evidence.reason_code = reasons.reason_code

)

select
    {{ line_keys() | join(', ') }},
    reason_code,
    reason_evidence
from ranked
where reason_order = 1
