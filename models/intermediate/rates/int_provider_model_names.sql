-- The names that a provider gives its models, and when: aliases, and the names in the card and in the community
-- layer.
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
        model,
        source_count is not null as is_community
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
        models.is_community,
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
        models.is_community,
        max(aliases.valid_to) as valid_from,
        cast({{ open_end() }} as timestamp) as valid_to
    from models
    inner join aliases
        on
            models.provider = aliases.provider
            and models.model_name = aliases.model_name
    group by 1, 2, 3, 4

),

-- in its answer a model of Bedrock leaves out the version that its id ends with
answer_names as (

    select
        provider,
        regexp_replace(model_name, '-v[0-9]+(:[0-9]+)?$', '') as model_name,
        max(model) as model,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to
    from aliases
    where provider = 'bedrock' and model_name like 'anthropic.%-v%'
    group by 1, 2
    having min(model) = max(model)

)

select
    provider,
    model_name,
    model,
    valid_from,
    valid_to,
    true as is_common
from aliases

union all

select
    provider,
    model_name,
    model,
    valid_from,
    valid_to,
    not is_community as is_common
from own_names
where valid_from < valid_to

union all

select
    provider,
    model_name,
    model,
    valid_from,
    valid_to,
    false as is_common
from answer_names
where model_name not in (select aliases.model_name from aliases)
