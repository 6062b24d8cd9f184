-- Models that charge the tokens of images and video as text: their provider says so, and the card has no price for
-- either of the two.
with models as (

    select distinct
        provider,
        model
    from {{ ref('int_model_names') }}

),

rules as (

    select * from {{ ref('image_input_rules') }}

),

with_image_prices as (

    select distinct
        provider,
        model
    from {{ ref('int_recorded_prices') }}
    where meter in ('input_image', 'input_video') and own_recorded_at is null

)

select distinct
    models.provider,
    models.model
from models
inner join rules
    on
        models.provider = rules.provider
        and substr(models.model, 1, length(coalesce(rules.model_prefix, ''))) = coalesce(rules.model_prefix, '')
left join with_image_prices
    on
        models.provider = with_image_prices.provider
        and models.model = with_image_prices.model
where with_image_prices.model is null
