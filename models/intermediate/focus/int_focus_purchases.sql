-- Capacity bought in advance, as one purchase by its pool. Its cost reaches the owners through the shares of the
-- pool, which are not billed a second time.
with shares as (

    select
        charges.*,
        pools.pool_id,
        pools.pool_name,
        pools.central_team_id,
        pools.central_cost_center_id
    from {{ ref('int_focus_lump_charges') }} as charges
    inner join {{ ref('allocation_pools') }} as pools
        on charges.sku_id = 'pool/' || pools.pool_id
    where charges.commitment_id is not null

)

select
    md5(split_origin_id) as charge_key,
    'Purchase' as charge_category,
    'Recurring' as charge_frequency,
    'Purchase of ' || pool_name as charge_description,
    charge_start_date,
    charge_end_date,
    billing_start_date,
    provider,
    billing_account_id,
    central_team_id as team_id,
    central_cost_center_id as cost_center_id,
    'lump_sum' as meter,
    cast(1 as bigint) as quantity,
    {% for column in ['list_rate', 'contracted_rate'] -%}
    cast(sum(effective_cost_usd) as {{ money_type() }}) as {{ column }}_usd,
    {% endfor -%}
    {% for column in ['list_cost', 'contracted_cost', 'billed_cost'] -%}
    cast(sum(effective_cost_usd) as {{ money_type() }}) as {{ column }}_usd,
    {% endfor -%}
    'purchase/' || pool_id as sku_id,
    -- each purchase has a price of its own
    'purchase/' || pool_id || '/' || md5(split_origin_id) as sku_price_id,
    cast(0 as {{ money_type() }}) as effective_cost_usd,
    'Standard' as pricing_category,
    commitment_id,
    pool_kind
from shares
group by
    split_origin_id, commitment_id, pool_kind, pool_id, pool_name, central_team_id, central_cost_center_id,
    charge_start_date, charge_end_date, billing_start_date, provider, billing_account_id
