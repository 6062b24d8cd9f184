-- Harm: a join that meets two rates or two owners bills a request twice; one that meets none drops it.
with delivered as (

    select
        usage_date,
        count(*) as attempt_count
    from {{ ref('int_requests_by_usage_part') }}
    {{ where_days_to_check('usage_at') }}
    group by 1

),

priced as (

    select
        usage_date,
        count(*) as attempt_count
    from {{ ref('int_priced_attempts') }}
    {{ where_days_to_check() }}
    group by 1

)

select
    coalesce(delivered.usage_date, priced.usage_date) as usage_date,
    delivered.attempt_count as delivered_count,
    priced.attempt_count as priced_count
from delivered
full outer join priced
    on delivered.usage_date = priced.usage_date
where coalesce(delivered.attempt_count, 0) != coalesce(priced.attempt_count, 0)
