-- How long a cache write of no stated lifetime lives: its provider's default, or that of a family of
-- models where the provider resells them with their maker's.
with models as (

    select distinct
        provider,
        model
    from {{ ref('int_model_names') }}

),

defaults as (

    select
        provider,
        coalesce(model_prefix, '') as model_prefix,
        lifetime
    from {{ ref('cache_write_defaults') }}

),

ranked as (

    select
        models.provider,
        models.model,
        defaults.lifetime as cache_write_lifetime,
        row_number() over (
            partition by models.provider, models.model
            order by length(defaults.model_prefix) desc
        ) as prefix_rank
    from models
    inner join defaults
        on
            models.provider = defaults.provider
            and substr(models.model, 1, length(defaults.model_prefix)) = defaults.model_prefix

)

select
    provider,
    model,
    cache_write_lifetime
from ranked
where prefix_rank = 1
