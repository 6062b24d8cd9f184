with multipliers as (

    select
        *,
        coalesce(valid_from, cast({{ open_start() }} as timestamp)) as starts_at,
        coalesce(valid_to, cast({{ open_end() }} as timestamp)) as ends_at
    from {{ ref('rate_card_multipliers') }}
    {{ where_known() }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by provider, model, region_scope, starts_at
            order by recorded_at desc, case when status = 'withdrawn' then 0 else 1 end
        ) as recency
    from multipliers

)

select
    price_card_version,
    provider,
    model,
    region_scope,
    multiplier,
    starts_at as valid_from,
    ends_at as valid_to
from ranked
where recency = 1 and status != 'withdrawn'
