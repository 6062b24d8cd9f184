-- Harm: a weighing of rate cards that prices otherwise than the nightly job announces money that never comes.
-- What the last recording of a month, team and model leaves is the cost as it stands in the requests.
with changes as (

    select
        *,
        row_number() over (
            partition by usage_month, team_id, provider, billed_model order by recorded_at desc
        ) as recorded_rank
    from {{ ref('fct_rate_changes') }}
    {{ where_months_to_check('usage_month') }}

),

requests as (

    select * from {{ ref('int_accepted_attempts') }}
    {{ where_months_to_check() }}

),

costs as (

    select
        cast({{ dbt.date_trunc('month', 'usage_date') }} as date) as usage_month,
        team_id,
        provider,
        {{ named_model() }} as billed_model,
        sum(cost_usd) as cost_usd,
        sum(case when price_status = 'priced' then 1 else 0 end) as priced_count
    from requests
    where price_status = 'priced' or price_status in {{ unpriced_statuses() }}
    group by 1, 2, 3, 4

)

select
    changes.*,
    costs.cost_usd,
    costs.priced_count
from changes
left join costs
    on
        changes.usage_month = costs.usage_month
        and changes.team_id = costs.team_id
        and changes.provider = costs.provider
        and changes.billed_model = costs.billed_model
where
    changes.recorded_rank = 1
    and (
        coalesce(changes.cost_after_usd, -1) != coalesce(costs.cost_usd, -1)
        or changes.priced_after_count != coalesce(costs.priced_count, 0)
    )
