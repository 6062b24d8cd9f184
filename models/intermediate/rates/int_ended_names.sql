-- Names of models that have ended: a model whose own name an alias took for good, every other name that was moved with
-- it, and models whose day of retirement is known. A name that only moves from one version to the next has not ended.
{{ config(materialized='table') }}

with aliases as (

    select
        provider,
        lower(alias) as model_name,
        model,
        valid_from,
        valid_to,
        source,
        lag(model) over (partition by provider, lower(alias) order by valid_from) as earlier_model,
        lag(valid_to) over (partition by provider, lower(alias) order by valid_from) as earlier_end,
        lead(valid_from) over (partition by provider, lower(alias) order by valid_from) as next_start
    from {{ ref('model_aliases') }}

),

-- from each row on: whether the name is ever nobody's again, and what it leads to now
to_the_end as (

    select
        *,
        max(case when valid_to = next_start or valid_to is null and next_start is null then 0 else 1 end) over later
            as is_free_again,
        last_value(model) over later as last_model
    from aliases
    window later as (
        partition by provider, model_name order by valid_from rows between current row and unbounded following
    )

),

models as (

    select distinct
        provider,
        model
    from {{ ref('int_rate_prices') }}
    where is_current

),

taken as (

    select
        to_the_end.*,
        case when to_the_end.earlier_end = to_the_end.valid_from then to_the_end.earlier_model else models.model end
            as former_model
    from to_the_end
    left join models
        on
            to_the_end.provider = models.provider
            and to_the_end.model_name = lower(models.model)
    where to_the_end.valid_from is not null and to_the_end.is_free_again = 0

),

ended as (

    select
        taken.provider,
        taken.model_name,
        'redirected' as how_it_ended,
        max(taken.last_model) as became_model,
        min(taken.valid_from) as ended_at,
        max(taken.source) as source
    from taken
    inner join taken as former
        on
            taken.provider = former.provider
            and lower(taken.former_model) = former.model_name
            and taken.valid_from = former.valid_from
    group by 1, 2

    union all

    select
        provider,
        model as model_name,
        'retired' as how_it_ended,
        cast(null as {{ dbt.type_string() }}) as became_model,
        cast(retires_on as timestamp) as ended_at,
        source
    from {{ ref('model_limits') }}
    where retires_on is not null

)

-- a rule that holds on the days since: what these days count is counted again when a name ends
select
    *,
    cast(ended_at as date) as valid_from,
    {{ open_end() }} as valid_to
from ended
