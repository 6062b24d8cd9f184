-- The models whose partly priced use counts at its lower bound, and when. Only what is to be taken is a row: where
-- nobody asked for it, the table is empty and the join of the requests costs nothing.
{{ config(materialized='table') }}

with rules as (

    select
        provider,
        model,
        takes_lower_bound,
        {{ validity_dates() }}
    from {{ ref('partly_priced_rules') }}

),

models as (

    select provider, model from {{ ref('int_rate_windows_by_state') }}
    union
    select provider, model from {{ ref('int_contract_rates_by_state') }}

),

fitting as (

    select
        models.provider,
        models.model,
        rules.takes_lower_bound,
        rules.valid_from,
        rules.valid_to,
        case when rules.model = '*' then 0 else 2 end + case when rules.provider = '*' then 0 else 1 end as closeness
    from models
    inner join rules
        on
            rules.provider in (models.provider, '*')
            and rules.model in (models.model, '*')

),

-- the days on which the answer may change
edges as (

    select provider, model, valid_from as edge_date from fitting
    union
    select provider, model, valid_to as edge_date from fitting

),

spans as (

    select
        provider,
        model,
        edge_date as valid_from,
        lead(edge_date) over (partition by provider, model order by edge_date) as valid_to
    from edges

),

ranked as (

    select
        spans.*,
        fitting.takes_lower_bound,
        row_number() over (
            partition by spans.provider, spans.model, spans.valid_from
            order by fitting.closeness desc, fitting.valid_from desc
        ) as rule_rank
    from spans
    inner join fitting
        on
            spans.provider = fitting.provider
            and spans.model = fitting.model
            and spans.valid_from >= fitting.valid_from
            and spans.valid_from < fitting.valid_to

)

select
    provider,
    model,
    valid_from,
    valid_to
from ranked
where rule_rank = 1 and takes_lower_bound
