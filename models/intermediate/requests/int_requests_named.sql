-- Who bills the request, and the model's name without what gateways write in front of it.
with requests as (

    select
        *,
        lower(coalesce(served_model, requested_model)) as model_name,
        lower(provider_name) as provider_alias,
        lower(coalesce(service_tier_name, 'standard')) as service_tier_alias,
        lower(inference_geo) as geo_alias
    from {{ ref('int_requests_by_iteration') }}

),

providers as (

    select * from {{ ref('provider_aliases') }}

),

-- LiteLLM and others write the provider in front of the model
split as (

    select
        *,
        case when model_name like '%/_%' then split_part(model_name, '/', 1) end as model_prefix
    from requests

),

final as (

    select
        split.*,
        coalesce(by_name.provider, by_prefix.provider) as known_provider,
        case
            when by_prefix.provider is null then split.model_name
            else substr(split.model_name, length(split.model_prefix) + 2)
        end as billed_name
    from split
    left join providers as by_name
        on split.provider_alias = by_name.alias
    left join providers as by_prefix
        on split.model_prefix = by_prefix.alias

)

select * from final
