-- Every name by which a model is asked for or answers, under its provider and, for logs that do not
-- say the provider, under '*': where only one provider has that name, or one of them is its maker.
{{ config(materialized='table') }}

with own_names as (

    select * from {{ ref('int_provider_model_names') }}

),

sized_names as (

    select
        provider,
        regexp_replace(model_name, '^([a-z]+/)?[0-9]+-x-[0-9]+/', '') as plain_name,
        is_common
    from own_names
    where model_name like '%-x-%/%'

),

-- what is priced by its size alone is known by its plain name too, so that an image of no stated size is told from
-- one of a model that nobody knows
names as (

    select * from own_names
    union all
    select
        sized.provider,
        sized.plain_name as model_name,
        sized.plain_name as model,
        cast({{ open_start() }} as timestamp) as valid_from,
        cast({{ open_end() }} as timestamp) as valid_to,
        max(case when sized.is_common then 1 else 0 end) = 1 as is_common
    from sized_names as sized
    left join own_names as plain
        on sized.provider = plain.provider and sized.plain_name = plain.model_name
    where plain.model_name is null
    group by 1, 2, 3, 4, 5

),

-- a host sells openai/gpt-oss-120b, and a request's name is looked up without the provider in front of it
short_names as (

    select
        names.provider,
        substr(names.model_name, length(split_part(names.model_name, '/', 1)) + 2) as model_name,
        max(names.model) as model
    from names
    inner join {{ ref('int_provider_names') }} as sellers
        on split_part(names.model_name, '/', 1) = sellers.alias
    where names.model_name like '%/_%' and sellers.provider is not null
    group by 1, 2
    having count(*) = 1

),

-- resellers' own names of a model, such as Bedrock's, are theirs alone
provider_counts as (

    select
        names.model_name,
        count(distinct names.provider) as provider_count,
        count(distinct makers.provider) as maker_count,
        max(makers.provider) as maker
    from names
    left join {{ ref('model_makers') }} as makers
        on names.provider = makers.provider
    where names.is_common
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
    short_names.provider as named_under,
    short_names.provider,
    short_names.model_name,
    short_names.model,
    cast({{ open_start() }} as timestamp) as valid_from,
    cast({{ open_end() }} as timestamp) as valid_to
from short_names
left join names
    on
        short_names.provider = names.provider
        and short_names.model_name = names.model_name
where names.model_name is null

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
    names.is_common
    and (
        provider_counts.provider_count = 1
        or (provider_counts.maker_count = 1 and names.provider = provider_counts.maker)
    )
