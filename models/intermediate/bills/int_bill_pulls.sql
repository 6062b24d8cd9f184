-- Which pull is current, and until when each was. What a later pull replaces differs by bill: a day, a whole
-- billing period, the rows appended together, an invoice; its staging model says so in `replaced_scope`.
-- Of an actual and an amortized export the actual one counts, whichever was pulled last. Of two deliveries that
-- state no instant and came in one night, the one that covers more days is the later.
with files as (

    select
        deliveries.*,
        repeated.superseded_at as repeated_at
    from {{ ref('int_bill_deliveries') }} as deliveries
    left join {{ ref('int_bill_repeated_files') }} as repeated
        on
            deliveries.bill_source = repeated.bill_source
            and deliveries.billed_by = repeated.billed_by
            and deliveries.billing_account_id = repeated.billing_account_id
            and deliveries.batch_id = repeated.batch_id

),

deliveries as (

    select
        bill_source,
        billed_by,
        billing_account_id,
        replaced_scope,
        delivery,
        max(pulled_at) as pulled_at,
        max(case when is_amortized then 0 else 1 end) as is_actual,
        max(case when states_instant then null else last_usage_date end) as last_usage_date,
        max(file_stem) as file_stem,
        max(source_file) as source_file,
        max(loaded_at) as loaded_at
    from files
    group by 1, 2, 3, 4, 5

),

ranked as (

    select
        *,
        lead(pulled_at) over (
            partition by bill_source, billed_by, billing_account_id, replaced_scope
            -- "costs_v10" and "costs (1)" are later than "costs_v9" and "costs"
            order by
                is_actual, pulled_at, last_usage_date nulls first, file_stem, {{ dbt.length('source_file') }},
                source_file, loaded_at, delivery
        ) as next_pulled_at
    from deliveries

),

replaced as (

    select
        *,
        -- an amortized export that was pulled after the actual one gives way at once
        case when next_pulled_at < pulled_at then pulled_at else next_pulled_at end as superseded_at
    from ranked

)

select
    files.bill_source,
    files.billed_by,
    files.billing_account_id,
    files.replaced_scope,
    files.batch_id,
    files.pulled_at,
    coalesce(files.rewritten_at, files.repeated_at, replaced.superseded_at) as superseded_at,
    coalesce(files.rewritten_at, files.repeated_at, replaced.superseded_at) is null as is_current
from files
inner join replaced
    on
        files.bill_source = replaced.bill_source
        and files.billed_by = replaced.billed_by
        and files.billing_account_id = replaced.billing_account_id
        and files.replaced_scope = replaced.replaced_scope
        and files.delivery = replaced.delivery
