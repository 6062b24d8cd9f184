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

rated as (

    select
        requests.*,
        {{ effective_rates() }}
    from requests
    {{ left_join_rates(state='priced_with') }}

),

judged as (

    select
        *,
        case when {{ lacks_a_rate() }} then 'unpriced_no_rate' else 'priced' end as price_status
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
    cast({{ sum_of(meter_cost_columns()) }} as {{ money_type() }}) as cost_usd
from costed
