-- FOCUS 1.4 Cost and Usage. The names are the specification's, so they are quoted: in their own case. Closed months
-- are as they were delivered.
{{ config(tags=['by_focus_month']) }}
{{ incremental_by_period('int_focus_periods', adapter.quote('BillingPeriodStart'), "'month'") }}

select
    allocated_method_details as {{ adapter.quote('AllocatedMethodDetails') }},
    allocated_method_id as {{ adapter.quote('AllocatedMethodId') }},
    case
        when allocated_method_id is not null then team_id || '/' || cost_center_id
    end as {{ adapter.quote('AllocatedResourceId') }},
    case
        when allocated_method_id is not null then team_name
    end as {{ adapter.quote('AllocatedResourceName') }},
    billed_cost_usd as {{ adapter.quote('BilledCost') }},
    billing_account_id as {{ adapter.quote('BillingAccountId') }},
    billing_account_id as {{ adapter.quote('BillingAccountName') }},
    'USD' as {{ adapter.quote('BillingCurrency') }},
    cast({{ dbt.dateadd('month', 1, 'billing_start_date') }} as timestamp)
        as {{ adapter.quote('BillingPeriodEnd') }},
    cast(billing_start_date as timestamp) as {{ adapter.quote('BillingPeriodStart') }},
    charge_category as {{ adapter.quote('ChargeCategory') }},
    charge_class as {{ adapter.quote('ChargeClass') }},
    shown_description as {{ adapter.quote('ChargeDescription') }},
    charge_frequency as {{ adapter.quote('ChargeFrequency') }},
    cast(charge_end_date as timestamp) as {{ adapter.quote('ChargePeriodEnd') }},
    cast(charge_start_date as timestamp) as {{ adapter.quote('ChargePeriodStart') }},
    case
        when commitment_id like 'prepaid/%' then 'Spend'
        when commitment_id is not null then 'Usage'
    end as {{ adapter.quote('CommitmentDiscountCategory') }},
    commitment_id as {{ adapter.quote('CommitmentDiscountId') }},
    commitment_id as {{ adapter.quote('CommitmentDiscountName') }},
    case when commitment_id is not null then {{ focus_quantity() }} end
        as {{ adapter.quote('CommitmentDiscountQuantity') }},
    case
        when commitment_id is not null and charge_category = 'Usage' then coalesce(commitment_status, 'Used')
    end as {{ adapter.quote('CommitmentDiscountStatus') }},
    case
        when commitment_id like 'prepaid/%' then 'Prepaid Credits'
        when commitment_id is not null then 'Provisioned Throughput'
    end as {{ adapter.quote('CommitmentDiscountType') }},
    case when commitment_id is not null then consumed_unit end as {{ adapter.quote('CommitmentDiscountUnit') }},
    case
        when charge_category = 'Usage' and coalesce(commitment_status, '') != 'Unused' then {{ focus_quantity() }}
    end as {{ adapter.quote('ConsumedQuantity') }},
    case
        when charge_category = 'Usage' and coalesce(commitment_status, '') != 'Unused' and quantity is not null
            then consumed_unit
    end as {{ adapter.quote('ConsumedUnit') }},
    contracted_cost_usd as {{ adapter.quote('ContractedCost') }},
    cast(contracted_rate_usd * pricing_block_size as {{ money_type() }})
        as {{ adapter.quote('ContractedUnitPrice') }},
    effective_cost_usd as {{ adapter.quote('EffectiveCost') }},
    service_provider_name as {{ adapter.quote('HostProviderName') }},
    invoice_detail_id as {{ adapter.quote('InvoiceDetailId') }},
    invoice_id as {{ adapter.quote('InvoiceId') }},
    service_provider_name as {{ adapter.quote('InvoiceIssuerName') }},
    list_cost_usd as {{ adapter.quote('ListCost') }},
    cast(list_rate_usd * pricing_block_size as {{ money_type() }}) as {{ adapter.quote('ListUnitPrice') }},
    pricing_category as {{ adapter.quote('PricingCategory') }},
    case
        when sku_price_id is not null
            then {{ focus_blocks() }}
    end as {{ adapter.quote('PricingQuantity') }},
    case when sku_price_id is not null then pricing_unit end as {{ adapter.quote('PricingUnit') }},
    case when region_scope != 'global' then region_scope end as {{ adapter.quote('RegionId') }},
    case when region_scope != 'global' then region_scope end as {{ adapter.quote('RegionName') }},
    {{ focus_service_category() }} as {{ adapter.quote('ServiceCategory') }},
    provider_service_name as {{ adapter.quote('ServiceName') }},
    service_provider_name as {{ adapter.quote('ServiceProviderName') }},
    {{ focus_service_subcategory() }} as {{ adapter.quote('ServiceSubcategory') }},
    sku_id as {{ adapter.quote('SkuId') }},
    case when sku_id is not null then sku_meter end as {{ adapter.quote('SkuMeter') }},
    sku_price_details as {{ adapter.quote('SkuPriceDetails') }},
    sku_price_id as {{ adapter.quote('SkuPriceId') }},
    team_id as {{ adapter.quote('SubAccountId') }},
    team_name as {{ adapter.quote('SubAccountName') }},
    'Team' as {{ adapter.quote('SubAccountType') }},
    tags as {{ adapter.quote('Tags') }},
    charge_key as {{ adapter.quote('x_ChargeKey') }},
    correction_of as {{ adapter.quote('x_CorrectionOf') }},
    correction_reason as {{ adapter.quote('x_CorrectionReason') }},
    cost_center_id as {{ adapter.quote('x_CostCenterId') }},
    environment as {{ adapter.quote('x_Environment') }},
    feature as {{ adapter.quote('x_Feature') }},
    ledger_key as {{ adapter.quote('x_LedgerChargeKey') }},
    meter as {{ adapter.quote('x_Meter') }},
    model_developer as {{ adapter.quote('x_ModelDeveloper') }},
    billed_model as {{ adapter.quote('x_ModelId') }},
    price_card_version as {{ adapter.quote('x_PriceCardVersion') }},
    price_source as {{ adapter.quote('x_PriceSource') }},
    service_tier as {{ adapter.quote('x_ServiceTier') }},
    split_origin_cost_usd as {{ adapter.quote('x_SplitOriginCost') }},
    split_origin_id as {{ adapter.quote('x_SplitOriginId') }},
    token_cache_action as {{ adapter.quote('x_TokenCacheAction') }},
    token_direction as {{ adapter.quote('x_TokenDirection') }},
    service_name as {{ adapter.quote('x_WorkloadName') }}
from {{ ref('int_focus_charges_named') }}
{{ where_periods_changed('int_focus_periods', 'billing_start_date', "'month'") }}

union all

select
    {{ focus_delivered_columns() | join(',\n    ') }}
from {{ ref('int_focus_posted_charges') }}
{{ where_periods_changed('int_focus_periods', 'posting_period', "'month'") }}
