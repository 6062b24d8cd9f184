{{ incremental_by_period('int_spend_periods', 'usage_period', "'month'") }}

with monthly as (

    select
        {{ month_of('usage_date') }} as usage_period,
        team_id,
        user_key,
        cast(sum(attempt_count) as bigint) as attempt_count,
        cast(sum(request_count) as bigint) as request_count,
        cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
        cast(sum(unpriced_count) as bigint) as unpriced_count
    from {{ ref('int_user_spend_daily') }}
    {{ where_days_of_periods_changed('int_spend_periods', 'month', and_before=true) }}
    group by 1, 2, 3

),

-- use without a user has no place among the users
ranked as (

    select
        *,
        sum(cost_usd) over (partition by usage_period, team_id) as team_cost_usd,
        row_number() over (
            partition by usage_period, team_id, case when user_key = 'none' then 0 else 1 end
            order by cost_usd desc nulls last, user_key asc
        ) as cost_rank
    from monthly

)

select
    ranked.usage_period,
    ranked.team_id,
    ranked.user_key,
    cast(case when ranked.user_key != 'none' then ranked.cost_rank end as integer) as user_rank,
    ranked.attempt_count,
    ranked.request_count,
    ranked.cost_usd,
    {{ money_ratio_of('ranked.cost_usd', 'ranked.team_cost_usd') }} as team_cost_share,
    {{ prorate('ranked.cost_usd', '1', 'ranked.request_count') }} as cost_per_request_usd,
    before.cost_usd as previous_cost_usd,
    cast(ranked.cost_usd - before.cost_usd as {{ money_type() }}) as change_usd,
    ranked.unpriced_count
from ranked
left join monthly as before
    on
        ranked.usage_period = {{ months_after('before.usage_period', 1) }}
        and ranked.team_id = before.team_id
        and ranked.user_key = before.user_key
{{ where_periods_changed('int_spend_periods', 'ranked.usage_period', "'month'") }}
