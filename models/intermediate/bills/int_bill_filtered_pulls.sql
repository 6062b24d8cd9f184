-- The instants whose files are each of other projects, or each of other keys: pulls with a filter, which add up.
-- Where a line names neither, or two files name the same, nothing says so.
with lines as (

    select distinct
        bill_source,
        billed_by,
        billing_account_id,
        replaced_scope,
        pulled_at,
        batch_id,
        sub_account_id,
        credential_id
    from {{ ref('int_bill_lines_classified') }}
    where bill_source not in {{ bills_in_parts() }} and amount is not null

),

placed as (

    select
        *,
        min(batch_id) over (
            partition by bill_source, billed_by, billing_account_id, replaced_scope, pulled_at, sub_account_id
        ) as first_of_sub_account,
        max(batch_id) over (
            partition by bill_source, billed_by, billing_account_id, replaced_scope, pulled_at, sub_account_id
        ) as last_of_sub_account,
        min(batch_id) over (
            partition by bill_source, billed_by, billing_account_id, replaced_scope, pulled_at, credential_id
        ) as first_of_credential,
        max(batch_id) over (
            partition by bill_source, billed_by, billing_account_id, replaced_scope, pulled_at, credential_id
        ) as last_of_credential
    from lines

)

select
    bill_source,
    billed_by,
    billing_account_id,
    replaced_scope,
    pulled_at,
    cast(count(distinct batch_id) as bigint) as file_count
from placed
group by 1, 2, 3, 4, 5
having
    count(distinct batch_id) > 1
    and (
        min(case when sub_account_id is not null and first_of_sub_account = last_of_sub_account then 1 else 0 end) = 1
        or min(case when credential_id is not null and first_of_credential = last_of_credential then 1 else 0 end) = 1
    )
