-- The volume tiers of the contracts that count, each as a span of the month's use. Tokens count in ones, dollars in
-- millionths, so that shares of them are exact.
with contracts as (

    select contracts.*
    from {{ ref('int_rate_contracts') }} as contracts
    inner join {{ ref('int_rate_card_states') }} as knowledge
        on contracts.as_of_recorded_at = knowledge.as_of_recorded_at
    where knowledge.is_current

),

tiers as (

    select
        *,
        cast(case counted_in when 'usd' then from_amount * 1000000 else from_amount end as {{ quantity_sum_type() }})
            as from_units
    from {{ ref('rate_contract_tiers') }}

),

placed as (

    select
        tiers.*,
        contracts.provider,
        contracts.billing_account_id,
        contracts.valid_from,
        contracts.valid_to,
        md5({{ row_text([
            'contracts.contract_id', 'contracts.valid_from', 'tiers.model', 'tiers.meter', 'tiers.service_tier',
        ]) }}) as scale_key
    from contracts
    inner join tiers
        on contracts.contract_id = tiers.contract_id

)

select
    scale_key,
    contract_id,
    provider,
    billing_account_id,
    valid_from,
    valid_to,
    model,
    meter,
    service_tier,
    counted_in,
    holds_for,
    from_amount,
    from_units,
    coalesce(
        lead(from_units) over (partition by scale_key order by from_units),
        cast(999999999999999999 as {{ quantity_sum_type() }})
    ) as to_units,
    cast(discount * 1000000 as {{ quantity_sum_type() }}) as discount_millionths,
    cast(unit_price_usd * {{ one_over('block_size') }} as {{ unit_rate_type() }}) as rate_usd
from placed
