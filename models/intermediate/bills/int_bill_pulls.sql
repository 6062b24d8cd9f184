-- Which pull of a bucket is current, and until when each was. What a later pull replaces differs by bill:
-- a day, a whole billing period, the rows appended together, an invoice; its staging model says so in
-- `bucket`. Of bills in one file, one file counts; of those in parts, all files of the same instant.
with lines as (

    select distinct
        bill_source,
        coalesce(provider, 'none') as provider,
        billing_account_id,
        bucket,
        batch_id,
        pulled_at,
        case when bill_source in {{ bills_in_parts() }} then 'parts' else batch_id end as pull
    from {{ ref('int_bill_lines_unioned') }}

),

pulls as (

    select distinct
        bill_source,
        provider,
        billing_account_id,
        bucket,
        pulled_at,
        pull
    from lines

),

ranked as (

    select
        *,
        lead(pulled_at) over (
            partition by bill_source, provider, billing_account_id, bucket
            order by pulled_at, pull
        ) as superseded_at
    from pulls

)

select
    lines.bill_source,
    lines.provider,
    lines.billing_account_id,
    lines.bucket,
    lines.batch_id,
    lines.pulled_at,
    ranked.superseded_at,
    ranked.superseded_at is null as is_current
from lines
inner join ranked
    on
        lines.bill_source = ranked.bill_source
        and lines.provider = ranked.provider
        and lines.billing_account_id = ranked.billing_account_id
        and lines.bucket = ranked.bucket
        and lines.pulled_at = ranked.pulled_at
        and lines.pull = ranked.pull
