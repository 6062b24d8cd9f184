-- One row per provider, billing account and day that a bill speaks of: which bill counts for its cost, by
-- the authority rules, and the latest pull of it. The same money is often in two of them. A bucket
-- without results is a bill of nothing, which is not the same as no bill.
with lines as (

    select distinct
        provider,
        bill_source,
        billing_account_id,
        usage_date,
        bucket,
        batch_id
    from {{ ref('int_bill_lines_unioned') }}
    where provider is not null and usage_date is not null

),

pulls as (

    select * from {{ ref('int_bill_pulls') }}
    where is_current

),

authority as (

    select * from {{ ref('int_bill_authority') }}
    where purpose = 'cost'

),

reported as (

    select
        lines.provider,
        lines.billing_account_id,
        lines.usage_date,
        lines.bill_source,
        max(pulls.pulled_at) as pulled_at
    from lines
    inner join pulls
        on
            lines.bill_source = pulls.bill_source
            and lines.provider = pulls.provider
            and lines.billing_account_id = pulls.billing_account_id
            and lines.bucket = pulls.bucket
            and lines.batch_id = pulls.batch_id
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
        ) as precedence
    from reported
    inner join authority
        on
            reported.provider = authority.provider
            and reported.bill_source = authority.bill_source
            and reported.usage_date >= authority.valid_from
            and reported.usage_date < authority.valid_to

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
where precedence = 1
