-- What an unknown name on a bill may stand for: the longest known name that is part of it, most often the model
-- itself or the one it is a version of; and the models whose names begin with it.
with unknown as (

    select * from {{ ref('int_bill_unknown_models') }}

),

known as (

    select distinct
        provider,
        folded_name,
        model
    from {{ ref('int_folded_model_names') }}

),

-- a known name that is part of the bill's, or of which the bill's is the beginning
likely as (

    select
        unknown.provider,
        unknown.model_name,
        unknown.candidate_models,
        known.model,
        {{ dbt.position('known.folded_name', 'unknown.folded_name') }} > 0 as is_part,
        row_number() over (
            partition by unknown.provider, unknown.model_name
            order by
                case when {{ dbt.position('known.folded_name', 'unknown.folded_name') }} > 0 then 0 else 1 end,
                {{ dbt.length('known.folded_name') }} desc nulls last, known.model
        ) as name_rank
    from unknown
    left join known
        on
            unknown.provider = known.provider
            and (
                {{ dbt.position('known.folded_name', 'unknown.folded_name') }} > 0
                or known.folded_name like unknown.folded_name || '%'
            )

),

begun as (

    select
        provider,
        model_name,
        min(model) || case when min(model) != max(model) then ', ' || max(model) else '' end as candidate_models
    from likely
    where not is_part
    group by 1, 2

)

select
    likely.provider,
    likely.model_name,
    -- of a name that several models have, none is likelier
    case when likely.is_part and likely.candidate_models is null then likely.model end as likely_model,
    coalesce(likely.candidate_models, begun.candidate_models) as candidate_models
from likely
left join begun
    on likely.provider = begun.provider and likely.model_name = begun.model_name
where likely.name_rank = 1
