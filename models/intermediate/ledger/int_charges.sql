{{ config(materialized='table') }}

-- Everything that is to be charged for a month, as known today: usage at its price, what a contract's volume tiers
-- change in it, shared costs by rule, credits, and adjustments made by hand.
with usage as (

    select
        *,
        cast(null as {{ dbt.type_string() }}) as pool_id,
        cast(null as {{ dbt.type_string() }}) as allocation_rule_id,
        cast(null as {{ dbt.type_string() }}) as allocation_method,
        cast(null as decimal(16, 12)) as allocated_ratio,
        cast(null as {{ dbt.type_string() }}) as stated_reason,
        cast(null as {{ dbt.type_string() }}) as stated_evidence
    from {{ ref('int_usage_charges') }}

),

tiers as (

    select * from {{ ref('int_tier_charges') }}

),

shared as (

    select * from {{ ref('int_shared_charges') }}

),

by_hand as (

    select * from {{ ref('chargeback_adjustments') }}

),

unioned as (

    select
        {{ charge_columns() | join(', ') }},
        price_card_version, amount_usd, accrued_usd, late_usd, attempt_count, accrued_attempt_count,
        late_attempt_count, unpriced_count, late_unpriced_count, pool_id, allocation_rule_id, allocation_method,
        allocated_ratio, stated_reason, stated_evidence
    from usage

    union all

    select
        {{ charge_columns() | join(', ') }},
        price_card_version, amount_usd, accrued_usd, 0 as late_usd, 0 as attempt_count, 0 as accrued_attempt_count,
        0 as late_attempt_count, 0 as unpriced_count, 0 as late_unpriced_count, null as pool_id,
        null as allocation_rule_id, null as allocation_method, null as allocated_ratio, null as stated_reason,
        case when accrued_usd != 0 then 'the use of the month is not final' end as stated_evidence
    from tiers

    union all

    select
        {{ charge_columns() | join(', ') }},
        null as price_card_version, amount_usd, accrued_usd, 0 as late_usd, 0 as attempt_count,
        0 as accrued_attempt_count, 0 as late_attempt_count, 0 as unpriced_count, 0 as late_unpriced_count, pool_id,
        allocation_rule_id, allocation_method, allocated_ratio, null as stated_reason, null as stated_evidence
    from shared

    union all

    select
        usage_period, 'manual' as charge_type, adjustment_id as source_ref, team_id, cost_center_id,
        'none' as service_name, 'none' as feature, 'none' as environment, 'none' as provider,
        'none' as billed_model,
        null as price_card_version, amount_usd, 0 as accrued_usd, 0 as late_usd, 0 as attempt_count,
        0 as accrued_attempt_count, 0 as late_attempt_count, 0 as unpriced_count, 0 as late_unpriced_count,
        null as pool_id, null as allocation_rule_id, null as allocation_method, null as allocated_ratio,
        reason as stated_reason, 'approved by ' || approved_by || ': ' || coalesce(reference, '') as stated_evidence
    from by_hand

)

select
    md5({{ row_text(charge_columns()) }}) as charge_key,
    *
from unioned
