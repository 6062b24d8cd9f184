-- The words of each text of a bill, and what bill_words says that they mean: a row of the text's provider goes
-- before one for all. A word that is not listed is part of the model's name.
with texts as (

    select
        *,
        length(words) - length(replace(words, ' ', '')) + 1 as word_count
    from {{ ref('int_bill_texts') }}

),

numbers as (

    {{ tag_numbers() }}

),

meanings as (

    select * from {{ ref('bill_words') }}

),

split as (

    -- a longer text is prose, in which a word means nothing
    select
        texts.bill_source,
        texts.provider_name,
        texts.service,
        texts.stated_model,
        texts.meter_text,
        texts.provider,
        numbers.tag_number as place,
        split_part(texts.words, ' ', numbers.tag_number) as word
    from texts
    inner join numbers
        on texts.word_count >= numbers.tag_number
    where texts.word_count <= 50 and texts.words != ''

),

own as (

    select distinct
        provider,
        word
    from meanings

)

select
    split.*,
    meanings.kind,
    meanings.value as meaning,
    coalesce(meanings.may_be_name, false) as may_be_name
from split
left join own
    on split.provider = own.provider and split.word = own.word
left join meanings
    on
        split.word = meanings.word
        and meanings.provider = case when own.word is null then '*' else own.provider end
