-- What the next months will bring if use goes on as in the last 28 days, by provider and model: four whole weeks,
-- so that each weekday counts alike. The same sum one period earlier says how far off that was.
{% set first_day = days_before(run_date(), 28) %}
{% set last_day = days_before(run_date(), 1) %}
with spend as (

    select
        provider,
        billed_model,
        usage_date >= {{ first_day }} as is_recent,
        attempt_count,
        {{ sum_of(meters() | selectattr('is_token') | map(attribute='quantity')) }} as total_tokens,
        cost_usd,
        unpriced_count
    from {{ ref('fct_spend_daily') }}
    where usage_date between {{ days_before(run_date(), 56) }} and {{ last_day }}

),

-- a log that began a week ago has seven days, not 28
days as (

    select cast(count(*) as bigint) as day_count
    from {{ ref('dim_dates') }}
    where
        date_day between {{ first_day }} and {{ last_day }}
        and date_day >= (select min(spend.usage_date) from {{ ref('fct_spend_daily') }} as spend)

),

sums as (

    select
        provider,
        billed_model,
        cast(sum(case when is_recent then attempt_count else 0 end) as bigint) as attempt_count,
        cast(sum(case when is_recent then total_tokens else 0 end) as bigint) as total_tokens,
        cast(sum(case when is_recent then unpriced_count else 0 end) as bigint) as unpriced_count,
        cast(sum(case when is_recent then cost_usd end) as {{ money_type() }}) as cost_usd,
        cast(sum(case when not is_recent then cost_usd end) as {{ money_type() }}) as previous_cost_usd
    from spend
    group by 1, 2

)

select
    {{ last_day }} as last_usage_date,
    sums.provider,
    sums.billed_model,
    days.day_count,
    sums.attempt_count,
    sums.total_tokens,
    sums.unpriced_count,
    sums.cost_usd,
    sums.previous_cost_usd,
    {{ money_ratio_of('(sums.cost_usd - sums.previous_cost_usd)', 'sums.previous_cost_usd') }} as change_share,
    {% for ahead in [30, 90, 365] %}
    {{ prorate('sums.cost_usd', ahead, 'days.day_count') }} as next_{{ ahead }}_days_usd,
    {% endfor %}
    cast(floor(sums.total_tokens * 365 / nullif(days.day_count, 0)) as bigint) as next_365_days_tokens
from sums
cross join days
