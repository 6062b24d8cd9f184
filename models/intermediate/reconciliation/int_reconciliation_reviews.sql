-- The latest decision on each line; earlier ones stay in the seed.
with reviews as (

    select
        *,
        row_number() over (
            partition by {{ line_keys() | join(', ') }}
            order by reviewed_at desc, decision desc, variance_usd desc
        ) as recorded_rank
    from {{ ref('reconciliation_reviews') }}

)

select
    {{ line_keys() | join(', ') }},
    variance_usd as reviewed_variance_usd,
    decision,
    reason,
    preparer,
    reviewer,
    reviewed_at,
    note
from reviews
where recorded_rank = 1
