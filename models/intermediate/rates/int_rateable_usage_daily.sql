-- Daily usage at the coarsest grain that every version of the rate card still prices identically: what a new
-- card changes is worked out on these rows, not on requests. Sums are of requests with the same meters, because
-- one without a rate leaves the cost of the whole request unknown.
{{ incremental_by_day() }}

with attempts as (

    select
        *,
        case when priced_tier = service_tier then usage_at else {{ completed_at() }} end as rate_at
    from {{ ref('int_accepted_attempts') }}
    {{ where_days_changed() }}

),

bands as (

    select * from {{ ref('int_context_bands') }}

),

midday as (

    select * from {{ ref('int_intraday_rate_changes') }}

),

placed as (

    select
        attempts.*,
        -- a name no card knows yet may be a model of the next one
        {{ named_model() }} as rated_model,
        {{ meters_used() }} as meters_used
    from attempts
    where attempts.price_status = 'priced' or attempts.price_status in {{ unpriced_statuses() }}

)

select
    placed.usage_date,
    case
        when midday.change_date is not null then placed.rate_at
        else cast(cast(placed.rate_at as date) as timestamp)
    end as priced_at,
    placed.team_id,
    placed.provider,
    placed.billing_account_id,
    placed.rated_model as billed_model,
    placed.priced_tier,
    placed.region_scope,
    coalesce(bands.context_start_tokens, 0) as context_tokens,
    placed.meters_used,
    {% for meter in meters() %}
    cast(sum(placed.{{ meter.quantity }}) as {{ quantity_sum_type() }}) as {{ meter.quantity }},
    {% endfor %}
    count(*) as attempt_count
from placed
left join bands
    on
        placed.provider = bands.provider
        and placed.rated_model = bands.model
        and placed.context_tokens >= bands.context_start_tokens
        and placed.context_tokens < bands.context_end_tokens
left join midday
    on
        placed.provider = midday.provider
        and placed.rated_model = midday.model
        and cast(placed.rate_at as date) = midday.change_date
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
