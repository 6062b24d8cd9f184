{{ incremental_by_day() }}

with attempts as (

    select * from {{ ref('int_accepted_attempts') }}
    {{ where_days_changed() }}

),

by_source as (

    select
        usage_date,
        source_system,
        environment,
        service_name,
        credential_id,
        attribution_method,
        attribution_status,
        count(*) as attempt_count,
        cast(sum(case when policy_missing_fields != '' then 1 else 0 end) as bigint) as policy_warning_count,
        cast(sum(case when service_name is null then 1 else 0 end) as bigint) as missing_service_count,
        cast(sum(case when feature is null then 1 else 0 end) as bigint) as missing_feature_count,
        cast(sum(case when environment is null then 1 else 0 end) as bigint) as missing_environment_count,
        cast(sum(case when customer_id is null then 1 else 0 end) as bigint) as missing_customer_count,
        cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
        cast(sum(case when price_status = 'partly_priced' then cost_usd end) as {{ money_type() }})
            as lower_bound_cost_usd,
        cast(
            sum(case when attribution_status in ('unattributed', 'unregistered_team') then cost_usd else 0 end)
            as {{ money_type() }}
        ) as unattributed_cost_usd,
        cast(sum(case when owner_source != source_system then cost_usd else 0 end) as {{ money_type() }})
            as merged_owner_cost_usd,
        cast(sum(case when usage_quality = 'may_repeat' then 1 else 0 end) as bigint) as may_repeat_count,
        cast(sum(case when usage_quality = 'may_repeat' then cost_usd end) as {{ money_type() }})
            as may_repeat_cost_usd
    from attempts
    group by 1, 2, 3, 4, 5, 6, 7

),

final as (

    select
        *,
        sum(cost_usd) over (partition by usage_date) as day_cost_usd
    from by_source

)

select
    usage_date,
    source_system,
    environment,
    service_name,
    credential_id,
    attribution_method,
    attribution_status,
    attempt_count,
    policy_warning_count,
    missing_service_count,
    missing_feature_count,
    missing_environment_count,
    missing_customer_count,
    cost_usd,
    lower_bound_cost_usd,
    unattributed_cost_usd,
    merged_owner_cost_usd,
    may_repeat_count,
    may_repeat_cost_usd,
    cast(day_cost_usd as {{ money_type() }}) as day_cost_usd,
    {{ share_of('unattributed_cost_usd', 'day_cost_usd') }} as mystery_share
from final
