-- The days within which a price, multiplier or contract begins or ends, by any row ever recorded: usage of
-- such a day cannot be summed before it is priced.
{{ config(materialized='table') }}

with dated as (

    select provider, model, valid_from, valid_to from {{ ref('int_recorded_prices') }}
    union
    select provider, model, valid_from, valid_to from {{ ref('rate_card_multipliers') }}
    union
    select provider, '*' as model, valid_from, valid_to from {{ ref('rate_contracts') }}

),

instants as (

    select provider, model, valid_from as instant_at from dated
    union
    select provider, model, valid_to as instant_at from dated

),

models as (

    select distinct provider, model from {{ ref('int_recorded_prices') }}

)

select distinct
    models.provider,
    models.model,
    cast(instants.instant_at as date) as change_date,
    cast(cast(instants.instant_at as date) as timestamp) as valid_from,
    cast({{ days_before('cast(instants.instant_at as date)', -1) }} as timestamp) as valid_to
from instants
inner join models
    on
        instants.provider = models.provider
        and instants.model in (models.model, '*')
where instants.instant_at != cast(cast(instants.instant_at as date) as timestamp)
