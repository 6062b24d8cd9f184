-- The models that bills name and no seed knows, with the longest known name that is part of each, whatever marks
-- part its words: most often the model itself, or the one it is a version of. A line of such a model is compared
-- with nothing, so it looks like leaked spend.
with named as (

    select distinct
        provider,
        model_name
    from {{ ref('int_bill_lines_classified') }}
    where
        provider is not null
        and model_name is not null
        and line_category = 'usage'
        and coalesce(meter in {{ token_meters() }}, true)

),

known as (

    select
        provider,
        model_name,
        model,
        {{ bare_model_name('model_name') }} as bare_name
    from {{ ref('bill_models') }}

    union

    select
        named_under as provider,
        model_name,
        model,
        {{ bare_model_name('model_name') }} as bare_name
    from {{ ref('int_model_names') }}

),

unknown as (

    select named.*
    from named
    left join known
        on named.provider = known.provider and named.model_name = known.model_name
    where known.model_name is null

),

likely as (

    select
        unknown.provider,
        unknown.model_name,
        known.model,
        row_number() over (
            partition by unknown.provider, unknown.model_name
            order by {{ dbt.length('known.bare_name') }} desc nulls last, known.model
        ) as name_rank
    from unknown
    left join known
        on
            unknown.provider = known.provider
            and {{ dbt.position('known.bare_name', bare_model_name('unknown.model_name')) }} > 0

)

select
    provider,
    model_name,
    model as likely_model
from likely
where name_rank = 1
