-- Every charge with the names, units and JSON texts that a FOCUS file wants beside it.

with charges as (

    select * from {{ ref('int_focus_charges') }}

),

providers as (

    select * from {{ ref('focus_providers') }}

),

meters as (

    select * from {{ ref('focus_meters') }}

),

makers as (

    select * from {{ ref('int_focus_model_makers') }}

),

teams as (

    select * from {{ ref('int_team_windows') }}

)

select
    charges.*,
    coalesce(providers.service_provider_name, charges.provider) as service_provider_name,
    coalesce(providers.service_name, charges.provider) as provider_service_name,
    coalesce(makers.model_developer, providers.service_provider_name, charges.provider) as model_developer,
    coalesce(teams.team_name, charges.team_id) as team_name,
    coalesce(
        charges.charge_description,
        meters.sku_meter || ', ' || charges.billed_model
        || case when charges.service_tier = 'standard' then '' else ', ' || charges.service_tier end
    ) as shown_description,
    meters.sku_meter,
    meters.token_direction,
    meters.token_cache_action,
    meters.consumed_unit,
    meters.pricing_unit,
    meters.pricing_block_size,
    case
        when charges.sku_price_id is not null
            then {{ json_texts([
                ('x_ModelDeveloper', 'makers.model_developer'), ('x_ModelFamily', 'makers.model_family'),
                ('x_ModelId', 'charges.billed_model'), ('x_RegionScope', 'charges.region_scope'),
                ('x_ServiceTier', 'charges.service_tier'), ('x_TokenCacheAction', 'meters.token_cache_action'),
                ('x_TokenDirection', 'meters.token_direction'),
            ]) }}
    end as sku_price_details,
    case
        when charges.allocated_ratio is not null
            then
                '{"Elements": [{"AllocatedRatio": ' || cast(charges.allocated_ratio as {{ dbt.type_string() }})
                || '}]}'
    end as allocated_method_details,
    {{ json_texts([
        ('cost_center', 'charges.cost_center_id'), ('environment', 'charges.environment'),
        ('feature', 'charges.feature'), ('service', 'charges.service_name'), ('team', 'charges.team_id'),
    ]) }} as tags
from charges
left join providers
    on charges.provider = providers.provider
left join meters
    on charges.meter = meters.meter
left join makers
    on charges.billed_model = makers.billed_model
left join teams
    on
        charges.team_id = teams.team_id
        and charges.charge_start_date >= teams.valid_from
        and charges.charge_start_date < teams.valid_to
