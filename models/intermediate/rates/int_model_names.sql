-- Every name by which a model is asked for or answers, under its provider and, where only one
-- provider has that name, under '*' for logs that do not say the provider.
with aliases as (

    select
        provider,
        lower(alias) as model_name,
        model,
        coalesce(valid_from, cast({{ open_start() }} as timestamp)) as valid_from,
        coalesce(valid_to, cast({{ open_end() }} as timestamp)) as valid_to
    from {{ ref('model_aliases') }}

),

-- a model's own name needs no alias, unless an alias gives it another meaning
own_names as (

    select distinct
        prices.provider,
        lower(prices.model) as model_name,
        prices.model,
        cast({{ open_start() }} as timestamp) as valid_from,
        cast({{ open_end() }} as timestamp) as valid_to
    from {{ ref('int_rate_prices') }} as prices
    left join aliases
        on
            prices.provider = aliases.provider
            and lower(prices.model) = aliases.model_name
    where aliases.model_name is null

),

names as (

    select * from aliases
    union all
    select * from own_names

),

single_provider_names as (

    select model_name
    from names
    group by 1
    having count(distinct provider) = 1

)

select
    provider as named_under,
    provider,
    model_name,
    model,
    valid_from,
    valid_to
from names

union all

select
    '*' as named_under,
    names.provider,
    names.model_name,
    names.model,
    names.valid_from,
    names.valid_to
from names
inner join single_provider_names
    on names.model_name = single_provider_names.model_name
