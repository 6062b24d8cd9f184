-- Every word that names a provider in a log: those of the seed, and the names of the rate card itself. A word
-- of the seed without a provider, such as "unspecified", states none.
{{ config(materialized='table') }}

with aliases as (

    select
        alias,
        provider
    from {{ ref('provider_aliases') }}

),

sellers as (

    select distinct provider from {{ ref('int_rate_prices') }}
    where is_current

)

select * from aliases

union all

select
    lower(sellers.provider) as alias,
    sellers.provider
from sellers
left join aliases
    on lower(sellers.provider) = aliases.alias
where aliases.alias is null
