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
    {{ 'union' if not loop.last }}
    {% endfor %}

),

-- lists and contracts recorded at one instant make one state, which has the names of all
named as (

    select
        *,
        row_number() over (partition by recorded_at order by price_card_version) as place
    from recorded

),

states as (

    select
        {{ rate_base() }} as as_of_recorded_at,
        cast(null as {{ dbt.type_string() }}) as price_card_version

    union all

    select
        recorded_at as as_of_recorded_at,
        {{ joined_in_order("case when place > 1 then ', ' else '' end || price_card_version", 'place') }}
            as price_card_version
    from named
    where recorded_at > {{ rate_base() }}
    group by 1

)

select
    as_of_recorded_at,
    price_card_version,
    lag(as_of_recorded_at) over (order by as_of_recorded_at) as previous_known_at,
    lead(as_of_recorded_at) over (order by as_of_recorded_at) is null as is_current
from states
