-- The names on bills that are those of no known model, or of several. A line of such a model is compared with
-- nothing, so it looks like leaked spend.
with named as (

    select distinct
        provider,
        coalesce(model_name, 'none') as model_name
    from {{ ref('int_bill_lines_classified') }}
    where
        provider is not null
        and line_category = 'usage'
        and coalesce(meter in {{ token_meters() }}, model_name is not null)

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

unknown as (

    select
        named.*,
        {{ folded_model('named.model_name') }} as folded_name,
        coalesce(matched.candidate_models, read_twice.candidate_models) as candidate_models
    from named
    left join matched
        on named.provider = matched.provider and named.model_name = matched.model_name
    left join read_twice
        on named.provider = read_twice.provider and named.model_name = read_twice.model_name
    where matched.model is null

)

select * from unknown
