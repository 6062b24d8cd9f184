-- One row per provider, billing account and day that a bill speaks of: which bill counts for its cost, by
-- the authority rules, and the latest pull of it. The same money is often in two of them. A bucket
-- without results is a bill of nothing, which is not the same as no bill.
with authority as (

    select * from {{ ref('int_bill_authority') }}
    where purpose = 'cost'

),

reported as (

    select
        provider,
        billing_account_id,
        usage_date,
        bill_source,
        max(pulled_at) as pulled_at
    from {{ ref('int_bill_lines_pulled') }}
    where is_current and usage_date is not null
    group by 1, 2, 3, 4

),

ranked as (

    select
        reported.*,
        authority.rule_version as authority_version,
        count(*) over (
            partition by reported.provider, reported.billing_account_id, reported.usage_date
        ) as source_count,
        row_number() over (
            partition by reported.provider, reported.billing_account_id, reported.usage_date
            order by authority.authority_rank, reported.bill_source
        ) as authority_order
    from reported
    inner join authority
        on {{ authority_holds('reported', 'usage_date') }}

)

select
    provider,
    billing_account_id,
    usage_date,
    bill_source,
    authority_version,
    source_count,
    pulled_at
from ranked
where authority_order = 1
