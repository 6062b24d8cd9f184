-- Charges that are one amount: shares of shared costs, credits, tax, adjustments, corrections, and usage of a
-- closed month that was corrected since.
with balances as (

    select * from {{ ref('int_focus_ledger_balances') }}

),

detailed as (

    select * from {{ ref('int_focus_detailed_keys') }}

),

lumps as (

    select
        balances.*,
        pools.pool_name,
        coalesce(pools.pool_kind, 'none') as pool_kind,
        -- by the units that were bought; or a rule that charges users left it with the central team
        balances.charge_type = 'unused'
        or coalesce(rules.method, 'central') != 'central' and balances.allocation_method = 'central' as is_unused,
        not balances.is_correction and balances.allocated_ratio is not null as is_split,
        not balances.is_correction and balances.amount_usd < 0 as is_negative_original,
        max(case when balances.is_correction or balances.amount_usd = 0 then 0 else 1 end) over (
            partition by balances.ledger_key
        ) = 1 as has_original
    from balances
    left join detailed
        on balances.ledger_key = detailed.ledger_key
    left join {{ ref('allocation_pools') }} as pools
        on balances.pool_id = pools.pool_id
    left join {{ ref('allocation_rules') }} as rules
        on balances.allocation_rule_id = rules.rule_id
    where
        balances.amount_usd != 0
        and (detailed.ledger_key is null or balances.charge_type != 'usage')

),

classified as (

    select
        *,
        case
            when charge_type = 'manual' or allocation_method = 'moved_on' then 'Adjustment'
            when pool_kind = 'tax' then 'Tax'
            when charge_type = 'credit' or is_negative_original then 'Credit'
            else 'Usage'
        end as charge_category
    from lumps

),

final as (

    select
        *,
        -- a correction and what is no usage have no price
        charge_category = 'Usage' and not is_correction as has_price,
        -- capacity is bought once, by its pool; its users bear it without being billed again
        charge_category = 'Usage' and not is_correction and pool_kind = 'commitment' as is_amortised
    from classified

)

select
    charge_key,
    ledger_key,
    charge_category,
    case when is_correction then 'Correction' end as charge_class,
    case when charge_category = 'Usage' then 'Usage-Based' else 'One-Time' end as charge_frequency,
    {{ focus_lump_description() }} as charge_description,
    usage_period as charge_start_date,
    {{ months_after('usage_period', 1) }} as charge_end_date,
    posting_period as billing_start_date,
    provider,
    'default' as billing_account_id,
    team_id,
    cost_center_id,
    {% for column in ['service_name', 'feature', 'environment', 'billed_model'] -%}
    nullif({{ column }}, 'none') as {{ column }},
    {% endfor -%}
    case when has_price then 'lump_sum' end as meter,
    case when has_price then cast(1 as bigint) end as quantity,
    {% for price in ['list', 'contracted'] -%}
    cast(case when is_amortised then 0 when has_price then amount_usd end as {{ money_type() }})
        as {{ price }}_rate_usd,
    {% endfor -%}
    case when has_price then coalesce('pool/' || pool_id, provider || '/' || billed_model || '/lump_sum') end as sku_id,
    -- the price of a share is its amount, so each has an id of its own
    case
        when has_price
            then coalesce('pool/' || pool_id, provider || '/' || billed_model || '/lump_sum') || '/' || charge_key
    end as sku_price_id,
    {% for cost in ['list', 'contracted', 'billed'] -%}
    cast(case when is_amortised then 0 else amount_usd end as {{ money_type() }}) as {{ cost }}_cost_usd,
    {% endfor -%}
    amount_usd as effective_cost_usd,
    case when is_amortised then 'Committed' when has_price then 'Standard' end as pricing_category,
    case when is_amortised then 'pool/' || pool_id || '/' || source_ref end as commitment_id,
    case when is_amortised then case when is_unused then 'Unused' else 'Used' end end as commitment_status,
    price_card_version,
    case when is_split or is_correction then coalesce(allocation_rule_id, allocation_method) end
        as allocated_method_id,
    case when is_split then cast(allocated_ratio as {{ money_type() }}) end as allocated_ratio,
    pool_kind,
    case when is_split then cast(posting_period as {{ dbt.type_string() }}) || '/' || source_ref end
        as split_origin_id,
    cast(case
        when is_amortised then 0
        when is_split then sum(amount_usd) over (partition by posting_period, source_ref, is_split)
    end as {{ money_type() }}) as split_origin_cost_usd,
    case when is_correction and has_original then original_key end as correction_of,
    correction_reason
from final
