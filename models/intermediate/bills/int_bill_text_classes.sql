-- What each reading of a text charges for, in the words of bill_line_meters: "input read", "output image". Null where
-- its words contradict each other, speak of something else than tokens, or more is said than is understood.
with readings as (

    select
        *,
        {{ without_maker(folded_model("coalesce(nullif(stated_model, ''), model_name)")) }} as bare_name,
        coalesce(
            direction,
            case when cache_action is not null then 'input' end,
            -- a model that takes input alone
            case when model_name like '%embed%' then 'input' end
        ) as token_direction
    from {{ ref('int_bill_text_readings') }}
    -- whatever else is said beside a model that is stated elsewhere is not understood
    where
        stated_model = '' or model_name is null
        or {{ joined_words('model_name') }} = {{ folded_model('stated_model') }}

),

lifetimes as (

    select
        provider,
        lifetime,
        replace(coalesce(model_prefix, ''), '-', '') as bare_prefix
    from {{ ref('cache_write_defaults') }}

),

written as (

    select
        readings.*,
        -- a write that does not say for how long stays for its provider's default
        coalesce(
            readings.lifetime,
            case when readings.cache_action = 'write' then coalesce(by_family.lifetime, by_provider.lifetime) end
        ) as cache_lifetime
    from readings
    left join lifetimes as by_family
        on
            readings.provider = by_family.provider and by_family.bare_prefix != ''
            and readings.bare_name like by_family.bare_prefix || '%'
    left join lifetimes as by_provider
        on readings.provider = by_provider.provider and by_provider.bare_prefix = ''

)

select
    *,
    case
        when is_other = 1 or direction_count > 1 or modality_count > 1 then null
        -- what is kept in a cache is of any kind, and has one price
        when is_stored = 1 then case when cache_action = 'read' then 'cache storage' end
        when call_kind is not null then case when token_direction is null then call_kind end
        when token_direction = 'output' and cache_action is not null then null
        else token_direction || coalesce(' ' || cache_action, '') || coalesce(' ' || cache_lifetime, '')
            || case when modality != 'text' then ' ' || modality else '' end
    end as token_class
from written
