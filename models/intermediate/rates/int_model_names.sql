-- Every name by which a model is asked for or answers, under its provider and, for logs that do not
-- say the provider, under '*': where only one provider has that name, or one of them is its maker.
{{ config(materialized='table') }}

with aliases as (

    select
        provider,
        lower(alias) as model_name,
        model,
        coalesce(valid_from, cast({{ open_start() }} as timestamp)) as valid_from,
        coalesce(valid_to, cast({{ open_end() }} as timestamp)) as valid_to
    from {{ ref('model_aliases') }}

),

models as (

    select distinct
        provider,
        lower(model) as model_name,
        model
    from {{ ref('int_rate_prices') }}
    where is_current

),

-- a model goes by its own name except while an alias gives that name to another: from the end of each
-- alias to the start of the next
own_names as (

    select
        models.provider,
        models.model_name,
        models.model,
        coalesce(
            lag(aliases.valid_to) over (partition by models.provider, models.model_name order by aliases.valid_from),
            cast({{ open_start() }} as timestamp)
        ) as valid_from,
        coalesce(aliases.valid_from, cast({{ open_end() }} as timestamp)) as valid_to
    from models
    left join aliases
        on
            models.provider = aliases.provider
            and models.model_name = aliases.model_name

    union all

    select
        models.provider,
        models.model_name,
        models.model,
        max(aliases.valid_to) as valid_from,
        cast({{ open_end() }} as timestamp) as valid_to
    from models
    inner join aliases
        on
            models.provider = aliases.provider
            and models.model_name = aliases.model_name
    group by 1, 2, 3

),

names as (

    select * from aliases
    union all
    select * from own_names
    where valid_from < valid_to

),

makers as (

    select provider from {{ ref('model_makers') }}

),

-- resellers' own names of a model, such as Bedrock's, are theirs alone
provider_counts as (

    select
        names.model_name,
        count(distinct names.provider) as provider_count,
        count(distinct makers.provider) as maker_count,
        max(makers.provider) as maker
    from names
    left join makers
        on names.provider = makers.provider
    group by 1

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
inner join provider_counts
    on names.model_name = provider_counts.model_name
where
    provider_counts.provider_count = 1
    or (provider_counts.maker_count = 1 and names.provider = provider_counts.maker)
