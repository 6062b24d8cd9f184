-- What the request is billed as: the model that served it, its tier and its region. Names that no rate
-- card or alias knows leave billed_model null; they are never guessed, and the common names ('*') are for logs
-- that state no provider.
with requests as (

    select * from {{ ref('int_requests_with_provider') }}

),

tiers as (

    select * from {{ ref('int_service_tier_names') }}

),

with_model as (

    select
        requests.*,
        -- what is priced by its size and quality is a model of its own on the card
        coalesce(sized_names.model, served_names.model) as billed_model,
        -- an alias of a company's own profile knows its region; a model that the answer names does not
        case
            when requests.requested_name like '%:application-inference-profile/%'
                then coalesce(asked_own.region_scope, served_names.region_scope)
            else served_names.region_scope
        end as profile_region,
        served_names.cache_write_lifetime as default_lifetime,
        coalesce(served_names.images_are_text, false) as images_are_text,
        coalesce(served_names.has_request_fee, false) as has_request_fee,
        coalesce(served_names.has_fee_alone, false) as has_fee_alone,
        coalesce(served_names.images_are_tokens, false) as images_are_tokens,
        coalesce(
            requests.known_provider, served_names.provider, sized_names.provider, requests.provider_alias, 'unknown'
        ) as provider,
        coalesce(asked_own.provider, asked_common.provider) as asked_provider,
        coalesce(asked_own.model, asked_common.model) as asked_model,
        case
            when requests.requested_model is null then 'unknown'
            when requests.requested_name is null or requests.requested_name = requests.billed_name then 'none'
            when served_names.model is null or coalesce(asked_own.model, asked_common.model) is null then 'unknown'
            when served_names.plain_name != coalesce(asked_own.plain_name, asked_common.plain_name)
                then
                    -- an answer in pieces names the model of each
                    case
                        when requests.is_fallback or requests.iteration_number is not null then 'stated_fallback'
                        else 'unstated_substitution'
                    end
            when {{ differs_by_a_date('requests.requested_name', 'requests.billed_name') }} then 'snapshot'
            else 'alias'
        end as model_drift
    from requests
    left join {{ ref('int_served_names') }} as served_names
        on
            coalesce(requests.known_provider, case when requests.is_unknown_provider then null else '*' end)
            = served_names.named_under
            and requests.billed_name = served_names.model_name
            and requests.usage_at >= served_names.valid_from
            and requests.usage_at < served_names.valid_to
    left join {{ ref('int_served_names') }} as sized_names
        on
            coalesce(requests.known_provider, case when requests.is_unknown_provider then null else '*' end)
            = sized_names.named_under
            and requests.sized_name = sized_names.model_name
            and requests.usage_at >= sized_names.valid_from
            and requests.usage_at < sized_names.valid_to
    left join {{ ref('int_served_names') }} as asked_own
        on
            coalesce(requests.requested_provider, requests.known_provider) = asked_own.named_under
            and requests.requested_name = asked_own.model_name
            and requests.usage_at >= asked_own.valid_from
            and requests.usage_at < asked_own.valid_to
    left join {{ ref('int_served_names') }} as asked_common
        on
            asked_common.named_under = '*'
            and case when asked_own.model is null then requests.requested_name end = asked_common.model_name
            and requests.usage_at >= asked_common.valid_from
            and requests.usage_at < asked_common.valid_to

),

final as (

    select
        with_model.*,
        case when with_model.asked_model != with_model.billed_model then with_model.asked_model end
            as requested_canonical_model,
        case when with_model.asked_model != with_model.billed_model then with_model.asked_provider end
            as requested_canonical_provider,
        -- a tier nobody has named stays what it is, and unpriced
        coalesce(tiers.service_tier, with_model.service_tier_alias) as service_tier,
        case
            when with_model.geo_alias is not null and with_model.geo_alias != 'not_available'
                then with_model.geo_alias
            else coalesce(with_model.profile_region, 'global')
        end as region_scope
    from with_model
    left join tiers
        on
            with_model.provider = tiers.provider
            and with_model.service_tier_alias = tiers.alias

)

select * from final
