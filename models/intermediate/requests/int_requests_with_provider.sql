-- Who bills the request, and the model's name without what gateways write in front of it. A provider that is
-- stated is never replaced: neither by what stands in front of the model nor by the model's maker.
{% set states_none = 'split.stated_provider is null or (by_name.alias is not null and by_name.provider is null)' %}
with requests as (

    select
        *,
        {{ name_without_path('lower(coalesce(served_model, requested_model))') }} as model_name,
        {{ name_without_path('lower(requested_model)') }} as asked_name,
        lower(nullif(trim(provider_name), '')) as stated_provider,
        lower(coalesce(service_tier_name, 'standard')) as service_tier_alias,
        lower(inference_geo) as geo_alias
    from {{ ref('int_requests_by_usage_part') }}

),

-- LiteLLM and others write the provider in front of the model
split as (

    select
        *,
        case when model_name like '%/_%' then split_part(model_name, '/', 1) end as model_prefix,
        case when asked_name like '%/_%' then split_part(asked_name, '/', 1) end as asked_prefix
    from requests

),

named as (

    select
        split.*,
        coalesce(by_name.provider, case when {{ states_none }} then by_prefix.provider end) as known_provider,
        case when not ({{ states_none }}) then split.stated_provider end as provider_alias,
        split.stated_provider is not null and by_name.alias is null as is_unknown_provider,
        case
            when by_prefix.provider is null then split.model_name
            else substr(split.model_name, length(split.model_prefix) + 2)
        end as sent_name,
        by_asked_prefix.provider as requested_provider,
        -- null where the same name was asked for and served, so that the look-up costs nothing
        case
            when split.asked_name = split.model_name then null
            when by_asked_prefix.provider is null then split.asked_name
            else substr(split.asked_name, length(split.asked_prefix) + 2)
        end as asked_for_name
    from split
    left join {{ ref('int_provider_names') }} as by_name
        on split.stated_provider = by_name.alias
    left join {{ ref('int_provider_names') }} as by_prefix
        on split.model_prefix = by_prefix.alias
    left join {{ ref('int_provider_names') }} as by_asked_prefix
        on split.asked_prefix = by_asked_prefix.alias

),

final as (

    select
        *,
        {{ bare_model_name('sent_name') }} as billed_name,
        {{ sized_model_name('sent_name') }} as sized_name,
        {{ bare_model_name('asked_for_name') }} as requested_name
    from named

)

select * from final
