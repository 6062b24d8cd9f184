-- Every price on record: those of our own card and, beneath it, those of the community layer where a rule lets
-- them in. A community price never stands over a row of ours: one whose name is a name of our card is no price
-- at all, and one whose model our card knows counts only in states of the card from before it did.
with own as (

    select * from {{ ref('rate_card_prices') }}

),

community as (

    select
        *,
        lower(model) as model_name
    from {{ ref('community_prices') }}

),

rules as (

    select * from {{ ref('community_price_rules') }}

),

own_models as (

    select
        provider,
        lower(model) as model_name,
        min(recorded_at) as own_recorded_at
    from own
    group by 1, 2

),

own_names as (

    select distinct
        provider,
        lower(alias) as model_name
    from {{ ref('model_aliases') }}

),

let_in as (

    select
        community.*,
        own_models.own_recorded_at
    from community
    left join rules as provider_rules
        on community.provider = provider_rules.provider
    left join rules as common_rules
        on common_rules.provider = '*'
    left join own_models
        on
            community.provider = own_models.provider
            and community.model_name = own_models.model_name
    left join own_names
        on
            community.provider = own_names.provider
            and community.model_name = own_names.model_name
    where
        coalesce(provider_rules.is_used, common_rules.is_used, false)
        and own_names.model_name is null

)

{% set shared = [
    'price_card_version', 'provider', 'model', 'meter', 'service_tier', 'region_scope', 'context_min_tokens',
    'threshold_inclusive', 'unit_price_usd', 'block_size', 'valid_from', 'recorded_at', 'source',
] | join(',\n    ') -%}
select
    {{ shared }},
    valid_to,
    status,
    cast(null as bigint) as source_count,
    cast(null as timestamp) as own_recorded_at
from own

union all

select
    {{ shared }},
    cast(null as timestamp) as valid_to,
    'effective' as status,
    source_count,
    own_recorded_at
from let_in
