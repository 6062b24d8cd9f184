with changes as (

    select * from {{ ref('int_bill_changes') }}

),

buckets as (

    select * from {{ ref('int_billed_days') }}

),

first_seen as (

    -- the day as a whole: a class of tokens that shows up later was restated from nothing
    select
        provider,
        bill_source,
        billing_account_id,
        usage_date,
        min(changed_at) as first_seen_at
    from changes
    group by 1, 2, 3, 4

),

compared as (

    select
        changes.*,
        first_seen.first_seen_at,
        changes.changed_at > first_seen.first_seen_at
        and (changes.change_usd != 0 or coalesce(changes.change_quantity, 0) != 0) as is_restatement
    from changes
    inner join first_seen
        on
            changes.provider = first_seen.provider
            and changes.bill_source = first_seen.bill_source
            and changes.billing_account_id = first_seen.billing_account_id
            and changes.usage_date = first_seen.usage_date

),

restated as (

    select
        provider,
        bill_source,
        billing_account_id,
        usage_date,
        model_name,
        token_class,
        service_tier,
        first_seen_at,
        max(case when is_restatement then changed_at end) as last_restated_at,
        cast(sum(case when changed_at = first_seen_at then change_usd else 0 end) as {{ money_type() }}) as before_usd,
        cast(sum(change_usd) as {{ money_type() }}) as after_usd,
        cast(sum(case when is_restatement then abs(change_usd) else 0 end) as {{ money_type() }}) as gross_restated_usd,
        cast(sum(case when changed_at = first_seen_at then change_quantity end) as {{ money_type() }})
            as before_quantity,
        cast(sum(change_quantity) as {{ money_type() }}) as after_quantity,
        cast(sum(case when is_restatement then 1 else 0 end) as bigint) as restatement_count
    from compared
    group by 1, 2, 3, 4, 5, 6, 7, 8

)

select
    restated.usage_date,
    restated.provider,
    restated.bill_source,
    restated.billing_account_id,
    restated.model_name,
    restated.token_class,
    restated.service_tier,
    restated.first_seen_at,
    restated.last_restated_at,
    restated.before_usd,
    restated.after_usd,
    cast(restated.after_usd - restated.before_usd as {{ money_type() }}) as restated_usd,
    restated.gross_restated_usd,
    restated.before_quantity,
    restated.after_quantity,
    restated.restatement_count,
    coalesce(restated.bill_source = buckets.bill_source, false) as is_counted
from restated
left join buckets
    on
        restated.provider = buckets.provider
        and restated.billing_account_id = buckets.billing_account_id
        and restated.usage_date = buckets.usage_date
where restated.restatement_count > 0
