-- Who made each model in use: the longest start of its name that the seed knows.
with models as (

    select distinct billed_model
    from {{ ref('int_focus_usage_daily') }}

),

developers as (

    select * from {{ ref('model_developers') }}

),

ranked as (

    select
        models.billed_model,
        developers.model_developer,
        developers.model_family,
        row_number() over (
            partition by models.billed_model order by length(developers.model_prefix) desc
        ) as prefix_rank
    from models
    inner join developers
        on left(models.billed_model, length(developers.model_prefix)) = developers.model_prefix

)

select
    billed_model,
    model_developer,
    model_family
from ranked
where prefix_rank = 1
