-- Every line of the bills of providers we know, with the pull that brought it and the one that took it away.
select
    lines.*,
    pulls.superseded_at,
    pulls.is_current
from {{ ref('int_bill_lines_classified') }} as lines
inner join {{ ref('int_bill_pulls') }} as pulls
    on
        lines.bill_source = pulls.bill_source
        and lines.billed_by = pulls.billed_by
        and lines.billing_account_id = pulls.billing_account_id
        and lines.replaced_scope = pulls.replaced_scope
        and lines.batch_id = pulls.batch_id
