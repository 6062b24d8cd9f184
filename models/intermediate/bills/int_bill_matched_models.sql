-- The model of the rate card that a bill means by a name on a day: what bill_models says, else the known name that it
-- is when case, blanks, marks, maker and date do not matter. Where that are several models, none.
{{ config(materialized='table') }}

with days as (

    select distinct
        provider,
        model_name,
        usage_date
    from {{ ref('int_bill_lines_classified') }}
    where provider is not null and model_name is not null and usage_date is not null

),

names as (

    select distinct
        provider,
        model_name
    from days

),

candidates as (

    {{ bill_model_candidates('names') }}

),

ranked as (

    select
        days.provider,
        days.model_name,
        days.usage_date,
        candidates.model,
        rank() over (
            partition by days.provider, days.model_name, days.usage_date order by candidates.match_rank
        ) as model_rank
    from days
    inner join candidates
        on
            days.provider = candidates.provider
            and days.model_name = candidates.model_name
            and cast(days.usage_date as timestamp) >= candidates.valid_from
            and cast(days.usage_date as timestamp) < candidates.valid_to

)

select
    provider,
    model_name,
    usage_date,
    case when min(model) = max(model) then min(model) end as model,
    case when min(model) != max(model) then min(model) || ', ' || max(model) end as candidate_models
from ranked
where model_rank = 1
group by 1, 2, 3
