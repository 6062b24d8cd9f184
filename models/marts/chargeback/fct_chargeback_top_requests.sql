with requests as (

    select
        *,
        {{ month_of('usage_date') }} as usage_period
    from {{ ref('int_notable_requests') }}
    where cost_rank <= 10 and cost_usd is not null

),

ranked as (

    select
        *,
        row_number() over (
            partition by usage_period, team_id, cost_center_id order by cost_usd desc, request_key asc
        ) as request_rank
    from requests

)

select
    usage_period,
    team_id,
    cost_center_id,
    cast(request_rank as integer) as request_rank,
    request_key,
    usage_date,
    service_name,
    feature,
    provider,
    billed_model,
    total_tokens,
    cost_usd
from ranked
where request_rank <= 10
