-- Use of names that had ended by then. It costs what is charged for it now, or has no price; whoever asks for such a
-- name is to ask for another, before the provider takes the name away or moves it again.
{{ incremental_by_day() }}

with attempts as (

    select
        usage_date,
        usage_at,
        coalesce(team_id, 'unattributed') as team_id,
        provider,
        lower(billed_model) as billed_model,
        regexp_replace(lower(requested_model), '^.*/', '') as asked_name,
        regexp_replace(lower(served_model), '^.*/', '') as served_name,
        cost_usd
    from {{ ref('int_accepted_attempts') }}
    {{ where_days_changed() }}

),

redirected as (

    select * from {{ ref('int_ended_names') }}
    where how_it_ended = 'redirected'

),

retired as (

    select * from {{ ref('int_ended_names') }}
    where how_it_ended = 'retired'

),

found as (

    select
        attempts.usage_date,
        attempts.team_id,
        attempts.provider,
        attempts.cost_usd,
        coalesce(asked.model_name, served.model_name, retired.model_name) as model_name,
        coalesce(asked.how_it_ended, served.how_it_ended, retired.how_it_ended) as how_it_ended,
        coalesce(asked.became_model, served.became_model) as became_model,
        coalesce(asked.ended_at, served.ended_at, retired.ended_at) as ended_at,
        coalesce(asked.source, served.source, retired.source) as source
    from attempts
    left join redirected as asked
        on
            attempts.provider = asked.provider
            and attempts.asked_name = asked.model_name
            and attempts.usage_at >= asked.ended_at
    left join redirected as served
        on
            attempts.provider = served.provider
            and attempts.served_name = served.model_name
            and attempts.usage_at >= served.ended_at
    left join retired
        on
            attempts.provider = retired.provider
            and attempts.billed_model = retired.model_name
            and attempts.usage_at >= retired.ended_at
    where coalesce(asked.model_name, served.model_name, retired.model_name) is not null

)

select
    usage_date,
    team_id,
    provider,
    model_name,
    how_it_ended,
    became_model,
    ended_at,
    count(*) as attempt_count,
    count(*) - count(cost_usd) as unpriced_count,
    cast(sum(cost_usd) as {{ money_type() }}) as cost_usd,
    source
from found
group by 1, 2, 3, 4, 5, 6, 7, 11
