{{ incremental_by_day() }}

with attempts as (

    select * from {{ ref('fct_priced_requests') }}
    {{ where_days_changed() }}

),

-- clients may choose the id themselves, so it counts within one credential and day only
ranked as (

    select
        *,
        row_number() over (
            partition by usage_date, source_system, logical_request_id, credential_id
            order by attempt_number desc, usage_at desc, request_key asc
        ) as age
    from attempts

),

final as (

    select
        md5({{ row_text(['usage_date', 'source_system', 'logical_request_id', 'credential_id']) }})
            as logical_request_key,
        usage_date,
        source_system,
        logical_request_id,
        credential_id,
        max(case when age = 1 then trace_id end) as trace_id,
        max(case when age = 1 then team_id end) as team_id,
        max(case when age = 1 then cost_center_id end) as cost_center_id,
        max(case when age = 1 then service_name end) as service_name,
        max(case when age = 1 then feature end) as feature,
        max(case when age = 1 then environment end) as environment,
        max(case when age = 1 then workspace_id end) as workspace_id,
        max(case when age = 1 then requested_model end) as requested_model,
        max(case when age = 1 then billed_model end) as billed_model,
        min(usage_at) as first_usage_at,
        max(usage_at) as last_usage_at,
        count(*) as attempt_count,
        cast(sum(case when is_retry then 1 else 0 end) as bigint) as retry_count,
        cast(sum(case when is_fallback then 1 else 0 end) as bigint) as fallback_count,
        case
            when max(case when age = 1 and request_status in {{ failed_statuses() }} then 1 else 0 end) = 1
                then 'failure'
            when max(case when age = 1 and is_fallback then 1 else 0 end) = 1 then 'success_after_fallback'
            when count(*) > 1 or max(case when is_retry then 1 else 0 end) = 1 then 'success_after_retry'
            else 'success'
        end as outcome,
        cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
        -- all that was paid for answers nobody used: every attempt but the last, or all when that failed
        cast(
            sum(
                case
                    when age > 1 or request_status in {{ failed_statuses() }} then cost_usd
                    else 0
                end
            ) as {{ money_type() }}
        ) as wasted_cost_usd,
        cast(sum(case when cost_usd is null then 1 else 0 end) as bigint) as unpriced_count
    from ranked
    group by 1, 2, 3, 4, 5

)

select * from final
