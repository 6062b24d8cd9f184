-- Each recording's usage, priced twice: with the card before it and with the card that holds it.
with steps as (

    select * from {{ ref('int_rate_steps') }}

),

sides as (

    select
        *,
        'before' as side,
        previous_known_at as priced_with
    from steps
    union all
    select
        *,
        'after' as side,
        as_of_recorded_at as priced_with
    from steps

),

requests as (

    select
        sides.as_of_recorded_at,
        sides.price_card_version as recorded_version,
        sides.side,
        sides.priced_with,
        usage.*
    from sides
    inner join {{ ref('int_rateable_usage_daily') }} as usage
        on
            sides.provider = usage.provider
            and sides.model = usage.billed_model

),

rates as (

    select * from {{ ref('int_rate_windows_by_state') }}

),

contract_rates as (

    select * from {{ ref('int_contract_rates_by_state') }}

),

lower_bounds as (

    select * from {{ ref('int_partly_priced_models') }}

),

rated as (

    select
        requests.*,
        {{ effective_rates() }},
        lower_bounds.model is not null as takes_lower_bound
    from requests
    {{ left_join_rates(state='priced_with') }}
    left join lower_bounds
        on {{ lower_bound_applies('lower_bounds') }}

),

judged as (

    select
        *,
        {{ rated_status() }} as price_status
    from rated

),

costed as (

    select
        *,
        {{ meter_costs(quantity_sum_type()) }}
    from judged

)

select
    as_of_recorded_at,
    recorded_version,
    side,
    usage_date,
    team_id,
    provider,
    billed_model,
    attempt_count,
    price_status,
    {{ cost_that_counts() }} as cost_usd
from costed
