-- The ways in which a text of a bill can be read. A word such as "image" is part of a model's name or says what
-- kind of tokens these are: a reading takes none of these words for the name, all, all but the last, or all but
-- the first. Which reading is right follows from the names that are known.
with words as (

    select
        *,
        bill_source || '|' || coalesce(provider_name, '') || '|' || coalesce(service, '') || '|'
        || coalesce(stated_model, '') || '|' || meter_text as text_key
    from {{ ref('int_bill_text_words') }}

),

ordered as (

    select
        *,
        sum(case when may_be_name then 1 else 0 end) over (partition by text_key order by place) as name_number,
        sum(case when may_be_name then 1 else 0 end) over (partition by text_key) as name_count
    from words

),

numbers as (

    {%- for least_count in [0, 1, 2, 2] %}
    select
        {{ loop.index0 }} as reading,
        {{ least_count }} as least_count
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

readings as (

    select
        ordered.*,
        numbers.reading,
        coalesce(
            ordered.kind is null or ordered.kind = 'name'
            or (ordered.may_be_name and (
                numbers.reading = 1
                or (numbers.reading = 2 and ordered.name_number < ordered.name_count)
                or (numbers.reading = 3 and ordered.name_number > 1)
            )), false
        ) as is_name
    from ordered
    inner join numbers
        on ordered.name_count >= numbers.least_count

),

pieces as (

    select
        *,
        case when kind in ('name', 'modality') then meaning else word end as piece,
        lag(place) over (partition by text_key, reading, is_name order by place) as place_before,
        lag(word) over (partition by text_key, reading, is_name order by place) as word_before
    from readings

)

select
    bill_source,
    provider_name,
    service,
    stated_model,
    meter_text,
    provider,
    reading,
    -- digits on both sides of a word that is left out are no version: "gpt 4 batch 1" is not gpt-4.1
    {{ joined_in_order(
        "case when is_name and place_before is null then piece "
        ~ "when is_name and place_before < place - 1 and regexp_replace(word_before, '[0-9]$', '') != word_before "
        ~ "and regexp_replace(word, '^[0-9]', '') != word then '~' || piece "
        ~ "when is_name then ' ' || piece end", 'place'
    ) }} as model_name,
    sum(case when is_name and may_be_name then 1 else 0 end) as name_word_count,
    {%- for kind in ['direction', 'lifetime', 'modality', 'region'] %}
    max(case when not is_name and kind = '{{ kind }}' then meaning end) as {{ kind }},
    {%- endfor %}
    count(distinct case when not is_name and kind = 'direction' then meaning end) as direction_count,
    sum(case when not is_name and kind = 'modality' then 1 else 0 end) as modality_count,
    -- "cache write" is a write, whatever else is said of the cache
    max(case when not is_name and kind = 'cache' then meaning end) as cache_action,
    max(case when not is_name and kind = 'tier' and meaning != 'standard' then meaning end) as service_tier,
    max(case when not is_name and kind = 'call' then meaning end) as call_kind,
    max(case when not is_name and kind = 'storage' then 1 else 0 end) as is_stored,
    max(case when not is_name and kind = 'other' then 1 else 0 end) as is_other
from pieces
group by 1, 2, 3, 4, 5, 6, 7
