-- What was known when: the states of the rate card that are compared, each of them all rows recorded up to
-- an instant. The first is the base (`rate_changes_after`); every later recording makes one more.
{{ config(materialized='table') }}

with recorded as (

    {% for seed, name in [
        ('int_recorded_prices', 'price_card_version'), ('rate_card_multipliers', 'price_card_version'),
        ('rate_contracts', 'contract_id'),
    ] %}
    select
        recorded_at,
        {{ name }} as price_card_version
    from {{ ref(seed) }}
    {{ where_known() }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

states as (

    select
        {{ rate_base() }} as as_of_recorded_at,
        cast(null as {{ dbt.type_string() }}) as price_card_version

    union all

    select
        recorded_at as as_of_recorded_at,
        max(price_card_version) as price_card_version
    from recorded
    where recorded_at > {{ rate_base() }}
    group by 1

)

select
    as_of_recorded_at,
    price_card_version,
    lag(as_of_recorded_at) over (order by as_of_recorded_at) as previous_known_at,
    lead(as_of_recorded_at) over (order by as_of_recorded_at) is null as is_current
from states
