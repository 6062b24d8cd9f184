-- Which pull of a bucket is current, and until when each was. What a later pull replaces differs by bill:
-- a day, a whole billing period, the rows appended together, an invoice; its staging model says so in
-- `replaced_scope`. Of bills in one file, one file counts; of those in parts, all files of the same instant. A file
-- that was rewritten under its name, instant and all, replaces what it held before.
with lines as (

    select distinct
        bill_source,
        coalesce(provider, 'none') as provider,
        billing_account_id,
        replaced_scope,
        batch_id,
        pulled_at,
        case when bill_source in {{ bills_in_parts() }} then 'parts' else batch_id end as pull
    from {{ ref('int_bill_lines_classified') }}

),

files as (

    select
        lines.*,
        files.source_file,
        files.loaded_at,
        lead(lines.pulled_at) over (
            partition by
                lines.bill_source, lines.provider, lines.billing_account_id, lines.replaced_scope, lines.pulled_at,
                files.source_file
            order by files.loaded_at, lines.batch_id
        ) as rewritten_at
    from lines
    inner join {{ ref('stg_loader__files') }} as files
        on lines.batch_id = files.batch_id

),

pulls as (

    select
        bill_source,
        provider,
        billing_account_id,
        replaced_scope,
        pulled_at,
        pull,
        max(source_file) as source_file,
        max(loaded_at) as loaded_at
    from files
    group by 1, 2, 3, 4, 5, 6

),

ranked as (

    select
        *,
        lead(pulled_at) over (
            partition by bill_source, provider, billing_account_id, replaced_scope
            order by pulled_at, source_file, loaded_at, pull
        ) as superseded_at
    from pulls

)

select
    files.bill_source,
    files.provider,
    files.billing_account_id,
    files.replaced_scope,
    files.batch_id,
    files.pulled_at,
    coalesce(files.rewritten_at, ranked.superseded_at) as superseded_at,
    coalesce(files.rewritten_at, ranked.superseded_at) is null as is_current
from files
inner join ranked
    on
        files.bill_source = ranked.bill_source
        and files.provider = ranked.provider
        and files.billing_account_id = ranked.billing_account_id
        and files.replaced_scope = ranked.replaced_scope
        and files.pulled_at = ranked.pulled_at
        and files.pull = ranked.pull
