-- Every name of a model as a log may write it, with the region that the name itself states: Amazon
-- Bedrock writes where a model may run in front of it, LiteLLM the zone of an Azure deployment. Written out here,
-- so that a request joins once.
{{ config(materialized='table') }}

with names as (

    select * from {{ ref('int_model_names') }}

),

prefixes as (

    select * from {{ ref('inference_profile_prefixes') }}

),

lifetimes as (

    select * from {{ ref('int_model_cache_lifetimes') }}

),

images as (

    select * from {{ ref('int_models_with_images_as_text') }}

),

charges as (

    select * from {{ ref('int_model_charges') }}

),

in_front as (

    select
        names.named_under,
        names.provider,
        prefixes.prefix || names.model_name as model_name,
        names.model,
        names.valid_from,
        names.valid_to
    from names
    inner join prefixes
        on names.provider = prefixes.provider
    -- one word, such as "us." or "eu/"; of two words, the second is the maker's and stands in the name already
    where prefixes.prefix like '%/' or (prefixes.prefix like '%.' and prefixes.prefix not like '%.%.')

),

all_names as (

    select * from names
    union all
    select in_front.*
    from in_front
    left join names
        on
            in_front.named_under = names.named_under
            and in_front.model_name = names.model_name
    where names.model_name is null

),

-- the longest known prefix counts. A name of our own, such as that of an application inference profile, is
-- priced as in-region unless a prefix with the whole name says otherwise; a name of the card itself is no id
-- and says nothing about regions. Neither takes the global price, which is the cheapest
regions as (

    select
        all_names.named_under,
        all_names.model_name,
        all_names.card_name,
        case
            when coalesce(prefixes.prefix, '') = '' and all_names.model_name = all_names.card_name then 'unknown'
            else prefixes.region_scope
        end as region_scope,
        row_number() over (
            partition by all_names.named_under, all_names.model_name, all_names.card_name
            order by length(coalesce(prefixes.prefix, '')) desc
        ) as prefix_rank
    from (select distinct named_under, provider, model_name, lower(model) as card_name from all_names) as all_names
    inner join prefixes
        on
            all_names.provider = prefixes.provider
            and substr(all_names.model_name, 1, length(coalesce(prefixes.prefix, ''))) = coalesce(prefixes.prefix, '')

)

select
    all_names.*,
    {{ plain_model_name('all_names.model') }} as plain_name,
    regions.region_scope,
    lifetimes.cache_write_lifetime,
    images.model is not null as images_are_text,
    coalesce(charges.has_request_fee, false) as has_request_fee,
    coalesce(charges.has_fee_alone, false) as has_fee_alone,
    coalesce(charges.images_are_tokens, false) as images_are_tokens
from all_names
left join charges
    on
        all_names.provider = charges.provider
        and all_names.model = charges.model
left join images
    on
        all_names.provider = images.provider
        and all_names.model = images.model
left join lifetimes
    on
        all_names.provider = lifetimes.provider
        and all_names.model = lifetimes.model
left join regions
    on
        all_names.named_under = regions.named_under
        and all_names.model_name = regions.model_name
        and lower(all_names.model) = regions.card_name
        and regions.prefix_rank = 1
