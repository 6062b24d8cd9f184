-- The spend of a day by team and user.
{{ incremental_by_day() }}

with attempts as (

    select * from {{ ref('int_accepted_attempts') }}
    {{ where_days_changed() }}

)

select
    usage_date,
    team_id,
    coalesce(user_key, 'none') as user_key,
    count(*) as attempt_count,
    count(distinct case when counts_as_request then logical_request_id end) as request_count,
    cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
    cast(sum(case when cost_usd is null then 1 else 0 end) as bigint) as unpriced_count
from attempts
group by 1, 2, 3
{{ in_order_of_days() }}
