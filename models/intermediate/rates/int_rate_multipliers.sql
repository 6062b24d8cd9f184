-- The factors that count, by what was known when.
with knowledge as (

    select * from {{ ref('int_rate_card_states') }}

),

multipliers as (

    select
        *,
        {{ starts_and_ends() }}
    from {{ ref('rate_card_multipliers') }}

),

ranked as (

    select
        multipliers.*,
        knowledge.as_of_recorded_at,
        {{ recorded_rank(['as_of_recorded_at', 'provider', 'model', 'region_scope']) }}
    from multipliers
    inner join knowledge
        on multipliers.recorded_at <= knowledge.as_of_recorded_at

)

select
    as_of_recorded_at,
    price_card_version,
    provider,
    model,
    region_scope,
    multiplier,
    starts_at as valid_from,
    ends_at as valid_to
from ranked
{{ where_in_force() }}
