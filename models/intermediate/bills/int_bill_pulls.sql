-- Which pull is current, and until when each was. What a later pull replaces differs by bill: a day, a whole
-- billing period, the rows appended together, an invoice; its staging model says so in `replaced_scope`.
-- Of two deliveries that state no instant and came in one night, the one that covers more days is the later.
with files as (

    select * from {{ ref('int_bill_deliveries') }}

),

deliveries as (

    select
        bill_source,
        provider,
        billing_account_id,
        replaced_scope,
        delivery,
        max(pulled_at) as pulled_at,
        max(case when states_instant then null else last_usage_date end) as last_usage_date,
        max(source_file) as source_file,
        max(loaded_at) as loaded_at
    from files
    group by 1, 2, 3, 4, 5

),

ranked as (

    select
        *,
        lead(pulled_at) over (
            partition by bill_source, provider, billing_account_id, replaced_scope
            order by pulled_at, last_usage_date nulls first, source_file, loaded_at, delivery
        ) as superseded_at
    from deliveries

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
        and files.delivery = ranked.delivery
