-- The costliest request of the last Friday with use that is over: who, which model and price card, and the raw line.
-- Run it with: ai-cost dbt show --select last_fridays_costliest_request --limit 100 --output json
with fridays as (

    select max(usage_date) as usage_date
    from {{ ref('fct_spend_daily') }}
    where
        {{ weekday('usage_date') }} = 5
        and usage_date < {{ run_date() }}

),

costliest as (

    select
        requests.usage_date,
        max(requests.cost_usd) as cost_usd
    from {{ ref('fct_priced_requests') }} as requests
    inner join fridays
        on requests.usage_date = fridays.usage_date
    group by 1

)

select
    requests.usage_at,
    requests.team_id,
    requests.user_key,
    requests.service_name,
    requests.feature,
    requests.credential_id,
    requests.attribution_method,
    requests.owner_source,
    requests.trace_id,
    requests.requested_model,
    requests.served_model,
    requests.billed_model,
    requests.service_tier,
    requests.region_scope,
    requests.uncached_input_tokens,
    requests.cache_read_tokens,
    requests.output_tokens,
    requests.cost_usd,
    requests.price_card_version,
    requests.rate_valid_from,
    requests.source_file,
    requests.line_number,
    requests.record_number
from {{ ref('fct_priced_requests') }} as requests
inner join costliest
    on
        requests.usage_date = costliest.usage_date
        and requests.cost_usd = costliest.cost_usd
