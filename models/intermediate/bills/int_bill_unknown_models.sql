-- The names on bills that are those of no known model, or of several, with the longest known name that is part of
-- each: most often the model itself, or the one it is a version of. A line of such a model is compared
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

matched as (

    select
        provider,
        model_name,
        max(model) as model,
        max(candidate_models) as candidate_models
    from {{ ref('int_bill_matched_models') }}
    group by 1, 2

),

-- texts that can be read in two ways
read_twice as (

    select
        provider,
        model_name,
        max(candidate_models) as candidate_models
    from {{ ref('int_bill_words') }}
    group by 1, 2

),

known as (

    select distinct
        provider,
        folded_name,
        model
    from {{ ref('int_folded_model_names') }}

),

unknown as (

    select
        named.*,
        coalesce(matched.candidate_models, read_twice.candidate_models) as candidate_models
    from named
    left join matched
        on named.provider = matched.provider and named.model_name = matched.model_name
    left join read_twice
        on named.provider = read_twice.provider and named.model_name = read_twice.model_name
    where matched.model is null

),

likely as (

    select
        unknown.provider,
        unknown.model_name,
        unknown.candidate_models,
        known.model,
        row_number() over (
            partition by unknown.provider, unknown.model_name
            order by {{ dbt.length('known.folded_name') }} desc nulls last, known.model
        ) as name_rank
    from unknown
    left join known
        on
            unknown.provider = known.provider
            and {{ dbt.position('known.folded_name', folded_model('unknown.model_name')) }} > 0

)

select
    provider,
    model_name,
    model as likely_model,
    candidate_models
from likely
where name_rank = 1
