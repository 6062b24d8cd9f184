-- The bands of context that any price ever recorded tells apart, withdrawn ones too: usage summed within a
-- band can be priced with every state of the rate card.
{{ config(materialized='table') }}

with thresholds as (

    select
        provider,
        model,
        {{ threshold_start('context_min_tokens', 'threshold_inclusive') }} as context_start_tokens,
        {{ validity_instants() }}
    from {{ ref('int_recorded_prices') }}

),

firsts as (

    select
        provider,
        model,
        context_start_tokens,
        min(valid_from) as valid_from
    from thresholds
    group by 1, 2, 3

)

select
    provider,
    model,
    context_start_tokens,
    coalesce(
        lead(context_start_tokens) over (partition by provider, model order by context_start_tokens), 999999999999
    ) as context_end_tokens,
    valid_from,
    cast({{ open_end() }} as timestamp) as valid_to
from firsts
