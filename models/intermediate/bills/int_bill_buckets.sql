-- One row per provider, billing account and day that a bill speaks of, with the pull that counts: the
-- latest. A bucket without results is a bill of nothing, which is not the same as no bill.
with lines as (

    select distinct
        provider,
        usage_date,
        batch_id
    from {{ ref('int_bill_lines_unioned') }}

),

files as (

    select * from {{ ref('stg_loader__files') }}

),

ranked as (

    select
        lines.provider,
        coalesce(files.billing_account_id, 'default') as billing_account_id,
        lines.usage_date,
        lines.batch_id,
        files.pulled_at,
        row_number() over (
            partition by lines.provider, coalesce(files.billing_account_id, 'default'), lines.usage_date
            order by files.pulled_at desc, lines.batch_id desc
        ) as recency
    from lines
    inner join files
        on lines.batch_id = files.batch_id

)

select
    provider,
    billing_account_id,
    usage_date,
    batch_id,
    pulled_at
from ranked
where recency = 1
