with prices as (

    select * from {{ ref('int_rate_prices') }}
    where is_current

),

names as (

    select
        provider,
        model,
        count(distinct model_name) as name_count
    from {{ ref('int_model_names') }}
    where named_under = provider
    group by 1, 2

),

models as (

    select
        provider,
        model,
        min(valid_from) as priced_from,
        max(valid_to) as priced_to,
        count(distinct service_tier) as service_tier_count,
        max(context_start_tokens) > 0 as has_context_tiers
    from prices
    group by 1, 2

)

select
    models.provider,
    models.model,
    classes.model_class,
    classes.output_usd_per_million_tokens,
    classes.input_usd_per_million_tokens,
    models.priced_from,
    models.priced_to,
    models.service_tier_count,
    models.has_context_tiers,
    coalesce(names.name_count, 0) as name_count,
    limits.context_window_tokens,
    limits.max_output_tokens,
    limits.retires_on,
    coalesce(limits.retires_on <= {{ run_date() }}, false)
    or cast(models.priced_to as date) <= {{ run_date() }} as is_retired
from models
left join {{ ref('int_model_classes') }} as classes
    on
        models.provider = classes.provider
        and models.model = classes.model
left join names
    on
        models.provider = names.provider
        and models.model = names.model
left join {{ ref('model_limits') }} as limits
    on
        models.provider = limits.provider
        and models.model = limits.model
