-- Names of models as bills can be compared with: without case, blanks and marks. What people say of a bill's name
-- goes first (rank 0), then a name as it stands (1), then one without what tells editions of a model apart (2).
{{ config(materialized='table') }}

with names as (

    select
        named_under as provider,
        model_name,
        {{ without_edition('model_name') }} as undated_name,
        model,
        valid_from,
        valid_to
    from {{ ref('int_model_names') }}
    where named_under != '*'

),

told as (

    select
        provider,
        {{ folded_model('model_name') }} as folded_name,
        0 as name_rank,
        model,
        cast({{ open_start() }} as timestamp) as valid_from,
        cast({{ open_end() }} as timestamp) as valid_to
    from {{ ref('bill_models') }}

),

forms as (

    {# Azure writes of a date the month and the day: gpt-4o-2024-11-20 is "gpt 4o 1120" #}
    {%- set forms = [
        ('model_name', 1), ('undated_name', 2), (without_prefix('undated_name'), 2),
        (replace_all('model_name', '-20[0-9][0-9]-([01][0-9])-([0-3][0-9])$', '-\\1\\2'), 2),
    ] %}
    {%- for form, name_rank in forms %}
    select
        provider,
        {{ folded_model(form) }} as folded_name,
        {{ name_rank }} as name_rank,
        model,
        valid_from,
        valid_to
    from names
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

reordered as (

    select * from forms

    union all

    select
        provider,
        {{ without_maker('folded_name') }} as folded_name,
        2 as name_rank,
        model,
        valid_from,
        valid_to
    from forms

),

-- "claude-sonnet-4-5", "Claude 4.5 Sonnet"
either_way as (

    select * from reordered

    union all

    select
        provider,
        {{ replace_all('folded_name', '^claude([a-z]+)([0-9.]+)$', 'claude\\2\\1') }} as folded_name,
        name_rank,
        model,
        valid_from,
        valid_to
    from reordered

    union all

    select * from told

)

select
    provider,
    folded_name,
    model,
    valid_from,
    valid_to,
    min(name_rank) as name_rank
from either_way
where folded_name != ''
group by 1, 2, 3, 4, 5
