-- What each text of a bill says of model and meter. A reading counts when its name is that of a known model; of
-- several that charge for the same thing, the one with the longest name. Readings that charge for different things
-- leave the text unknown, with their models as candidates. A new model's name is read as well as can be.
{{ config(materialized='table') }}

with classed as (

    select * from {{ ref('int_bill_text_classes') }}
    where token_class is not null

),

names as (

    select distinct
        provider,
        model_name
    from classed
    where model_name is not null

),

candidates as (

    {{ bill_model_candidates('names') }}

),

known_names as (

    select
        provider,
        model_name,
        min(model) as first_model,
        max(model) as last_model
    from candidates
    group by 1, 2

),

found as (

    select
        classed.*,
        known_names.first_model,
        known_names.last_model,
        known_names.first_model is not null as is_known
    from classed
    left join known_names
        on classed.provider = known_names.provider and classed.model_name = known_names.model_name

),

{% set key = 'bill_source, provider_name, service, stated_model, meter_text' %}
ranked as (

    select
        *,
        min(case when is_known then token_class end) over (partition by {{ key }})
        != max(case when is_known then token_class end) over (partition by {{ key }}) as is_ambiguous,
        min(first_model) over (partition by {{ key }}) || ', '
        || max(last_model) over (partition by {{ key }}) as candidate_models,
        row_number() over (
            partition by {{ key }}
            order by
                case when is_known then 0 else 1 end,
                case when is_known then 0 - name_word_count else name_word_count end,
                reading
        ) as reading_rank
    from found

)

select
    bill_source,
    provider_name,
    service,
    stated_model,
    meter_text,
    provider,
    case when coalesce(is_ambiguous, false) then lower(meter_text) else model_name end as model_name,
    case when not coalesce(is_ambiguous, false) then token_class end as token_class,
    coalesce(service_tier, 'standard') as service_tier,
    region as region_scope,
    case when is_ambiguous then candidate_models end as candidate_models
from ranked
where reading_rank = 1
