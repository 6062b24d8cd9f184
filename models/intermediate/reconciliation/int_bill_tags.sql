-- What the tags of a bill's lines name, by the keys of bill_tag_keys. Lines have few different tags.
with texts as (

    select distinct tags from {{ ref('int_bill_lines_by_category') }}
    where tags is not null

),

numbers as (

    {{ tag_numbers() }}

),

said as (

    select
        texts.tags,
        numbers.tag_number,
        split_part(texts.tags, chr(10), numbers.tag_number) as tag
    from texts
    inner join numbers
        on length(texts.tags) - length(replace(texts.tags, chr(10), '')) + 1 >= numbers.tag_number

),

parts as (

    select
        tags,
        tag_number,
        split_part(tag, ':', 1) as tag_key,
        lower(trim(substr(tag, length(split_part(tag, ':', 1)) + 2))) as tag_value
    from said

)

select
    parts.tags,
    parts.tag_number,
    parts.tag_key,
    keys.names,
    keys.precedence,
    parts.tag_value
from parts
inner join {{ ref('bill_tag_keys') }} as keys
    on parts.tag_key = keys.tag_key
