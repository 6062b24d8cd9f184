-- Shared costs and credits of closed months after each cause: what was posted, the same by the rule and drivers of
-- today, and with its first invoice in place of an estimate. What remains to the amount of today is a restatement.
{% set source = 'usage_period, ' ~ cost_of_charge('charge_type') ~ ', source_ref' %}
{% set source_of_difference = 'differences.usage_period, ' ~ cost_of_charge('differences.charge_type')
    ~ ', differences.source_ref' %}
with differences as (

    select
        *,
        source_ref in (pool_id, pool_id || ' moved on') as is_pool_of_requests,
        sum(now_usd) over (partition by {{ source }}) as source_now_usd,
        sum(posted_usd) over (partition by {{ source }}) as source_posted_usd,
        sum(posted_accrued_usd) over (partition by {{ source }}) as source_accrued_usd,
        max(case when was_posted then 1 else 0 end) over (partition by {{ source }}) = 1 as is_source_posted
    from {{ ref('int_charge_differences') }}
    where charge_type in ('shared', 'unused', 'credit')

),

parts as (

    select
        usage_period,
        charge_type,
        source_ref,
        team_id,
        cost_center_id,
        provider,
        sum(case when version = 'posted' then part_usd end) as posted_part_usd,
        sum(case when version = 'invoiced' then part_usd end) as invoiced_part_usd
    from {{ ref('int_allocated_parts') }}
    where version != 'now'
    group by 1, 2, 3, 4, 5, 6

),

joined as (

    select
        differences.*,
        parts.posted_part_usd,
        parts.invoiced_part_usd,
        sum(parts.posted_part_usd) over (partition by {{ source_of_difference }}) as source_part_usd,
        sum(parts.invoiced_part_usd) over (partition by {{ source_of_difference }}) as source_invoiced_usd
    from differences
    left join parts
        on
            differences.usage_period = parts.usage_period
            and differences.charge_type = parts.charge_type
            and differences.source_ref = parts.source_ref
            and differences.team_id = parts.team_id
            and differences.cost_center_id = parts.cost_center_id
            and differences.provider = parts.provider

),

re_allocated as (

    select
        *,
        case
            -- a pool of requests moves on what is charged as usage already: over its teams it is zero
            when is_pool_of_requests or source_now_usd = source_posted_usd then now_usd
            -- parts of another amount are of the night before a close
            when source_part_usd = source_posted_usd then coalesce(posted_part_usd, 0)
            else posted_usd
        end as re_allocated_usd
    from joined

)

select
    charge_key,
    is_pool_of_requests,
    is_source_posted,
    cast(re_allocated_usd as {{ money_type() }}) as re_allocated_usd,
    cast(
        case
            when is_pool_of_requests then now_usd
            when source_accrued_usd != 0 and source_invoiced_usd is not null then coalesce(invoiced_part_usd, 0)
            else re_allocated_usd
        end as {{ money_type() }}
    ) as trued_up_usd
from re_allocated
