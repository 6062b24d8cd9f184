-- What was bought of reserved capacity on each day of a month with shared costs: units by the milliseconds in which
-- they were held, and the most that they can serve. Reservations without a pool are left out.
with {{ capacity_in_force() }},

day_numbers as (

    {{ month_day_numbers() }}

),

days as (

    select distinct
        costs.usage_period,
        {{ days_before('costs.usage_period', '(-day_numbers.day_number)') }} as usage_date,
        {{ days_before('costs.usage_period', '(-1 - day_numbers.day_number)') }} as next_date
    from {{ ref('int_shared_costs') }} as costs
    inner join day_numbers
        on
            {{ days_before('costs.usage_period', '(-day_numbers.day_number)') }}
            < {{ months_after('costs.usage_period', 1) }}

),

held as (

    select
        commitments.*,
        days.usage_period,
        days.usage_date,
        {{ elapsed_ms(
            'greatest(commitments.valid_from, cast(days.usage_date as timestamp))',
            'least(commitments.valid_to, cast(days.next_date as timestamp))',
        ) }} as held_ms
    from commitments
    inner join days
        on
            commitments.valid_from < cast(days.next_date as timestamp)
            and commitments.valid_to > cast(days.usage_date as timestamp)
    where commitments.pool_id is not null

),

counted as (

    select
        *,
        cast(unit_count as decimal(9, 0)) * cast(held_ms as decimal(9, 0)) as unit_ms
    from held

)

select
    pool_id,
    provider,
    billing_account_id,
    model,
    usage_period,
    usage_date,
    min(case when unit_count is null or tokens_per_unit_hour is null then 0 else 1 end) = 1 as is_known,
    cast(sum(unit_ms) as {{ quantity_sum_type() }}) as bought_unit_ms,
    -- tokens by the hour's milliseconds, so that nothing is divided yet
    cast(sum(unit_ms * cast(tokens_per_unit_hour as decimal(20, 0))) as decimal(24, 0)) as token_hour_ms
from counted
group by 1, 2, 3, 4, 5, 6
