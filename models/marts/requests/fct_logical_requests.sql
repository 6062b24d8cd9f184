{{ incremental_by_day() }}

with attempts as (

    select * from {{ ref('fct_priced_requests') }}
    {{ where_days_changed() }}

),

-- clients may choose the id themselves, so it counts within one credential and day only
ranked as (

    select
        *,
        min(usage_at) over one_work as first_usage_at,
        max(usage_at) over one_work as last_usage_at,
        count(*) over one_work as attempt_count,
        sum(case when is_retry then 1 else 0 end) over one_work as retry_count,
        sum(case when is_fallback then 1 else 0 end) over one_work as fallback_count,
        sum(case when attempt_reason = 'fan_out' then 1 else 0 end) over one_work as fan_out_count,
        sum(cost_usd) over one_work as work_cost_usd,
        sum(case when cost_usd is null then 1 else 0 end) over one_work as unpriced_count,
        request_status in {{ failed_statuses() }} as has_failed
    from attempts
    window one_work as (partition by usage_date, source_system, logical_request_id, credential_id)

)

-- what the final attempt says, and the sums of all
select
    md5({{ row_text(['usage_date', 'source_system', 'logical_request_id', 'credential_id']) }})
        as logical_request_key,
    usage_date,
    source_system,
    logical_request_id,
    credential_id,
    trace_id,
    team_id,
    cost_center_id,
    service_name,
    feature,
    environment,
    customer_id,
    requested_model,
    billed_model,
    first_usage_at,
    last_usage_at,
    attempt_count,
    cast(retry_count as bigint) as retry_count,
    cast(fallback_count as bigint) as fallback_count,
    cast(fan_out_count as bigint) as fan_out_count,
    case
        when has_failed then 'failure'
        when is_fallback then 'success_after_fallback'
        when attempt_count > fan_out_count + 1 or retry_count > 0 then 'success_after_retry'
        else 'success'
    end as outcome,
    cast(work_cost_usd as {{ money_type() }}) as cost_usd,
    -- all that was paid for answers nobody used: every attempt but the final one, or all when that failed
    cast(
        case when has_failed then work_cost_usd else coalesce(work_cost_usd, 0) - coalesce(cost_usd, 0) end
        as {{ money_type() }}
    ) as wasted_cost_usd,
    cast(unpriced_count as bigint) as unpriced_count
from ranked
where is_final_attempt
{{ in_order_of_days() }}
