with usage as (

    select * from {{ ref('int_usage_by_rate_step') }}

),

summed as (

    select
        as_of_recorded_at as recorded_at,
        recorded_version as price_card_version,
        {{ month_of('usage_date') }} as usage_month,
        team_id,
        provider,
        billed_model,
        cast(sum(case when side = 'after' then attempt_count else 0 end) as bigint) as attempt_count,
        cast(sum(case when side = 'before' and price_status = 'priced' then attempt_count else 0 end) as bigint)
            as priced_before_count,
        cast(sum(case when side = 'after' and price_status = 'priced' then attempt_count else 0 end) as bigint)
            as priced_after_count,
        cast(sum(case when side = 'before' then cost_usd end) as {{ money_type() }}) as cost_before_usd,
        cast(sum(case when side = 'after' then cost_usd end) as {{ money_type() }}) as cost_after_usd
    from usage
    group by 1, 2, 3, 4, 5, 6

),

final as (

    select
        *,
        cast(coalesce(cost_after_usd, 0) - coalesce(cost_before_usd, 0) as {{ money_type() }}) as change_usd
    from summed

)

select * from final
where
    change_usd != 0
    or priced_before_count != priced_after_count
