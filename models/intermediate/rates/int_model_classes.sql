-- The class of a model by what its output costs on the list today, or did when its last price ended. A model that
-- only reads, such as an embedding, is judged by its input. Of several regions the costliest counts.
{{ config(materialized='table') }}

with prices as (

    select
        provider,
        model,
        meter,
        {{ prorate('unit_price_usd', '1000000', 'block_size') }} as usd_per_million_tokens,
        rank() over (partition by provider, model, meter, region_scope order by valid_from desc) as price_rank
    from {{ ref('int_rate_prices') }}
    where
        is_current
        and meter in ('output', 'uncached_input')
        and service_tier = 'standard'
        and context_start_tokens = 0
        -- by the day: a table that asks for the instant would be made again by every run
        and cast(valid_from as date) <= {{ run_date() }}

),

latest as (

    select
        provider,
        model,
        max(case when meter = 'output' then usd_per_million_tokens end) as output_usd_per_million_tokens,
        max(case when meter = 'uncached_input' then usd_per_million_tokens end) as input_usd_per_million_tokens
    from prices
    where price_rank = 1
    group by 1, 2

),

classed as (

    select
        latest.*,
        classes.model_class,
        row_number() over (
            partition by latest.provider, latest.model order by classes.min_output_usd_per_million_tokens desc
        ) as class_rank
    from latest
    left join {{ ref('model_classes') }} as classes
        on
            coalesce(latest.output_usd_per_million_tokens, latest.input_usd_per_million_tokens)
            >= classes.min_output_usd_per_million_tokens

)

select
    provider,
    model,
    model_class,
    output_usd_per_million_tokens,
    input_usd_per_million_tokens
from classed
where class_rank = 1
