{# The columns of a FOCUS 1.4 file of costs and usage, in its order. A closed month's are posted under the same names
   in lower case, so that no engine needs quotes for them. #}
{% macro focus_cost_and_usage_columns() -%}
    {{ return([
        'AllocatedMethodDetails', 'AllocatedMethodId', 'AllocatedResourceId', 'AllocatedResourceName',
        'BilledCost', 'BillingAccountId', 'BillingAccountName', 'BillingCurrency', 'BillingPeriodEnd',
        'BillingPeriodStart', 'ChargeCategory', 'ChargeClass', 'ChargeDescription', 'ChargeFrequency',
        'ChargePeriodEnd', 'ChargePeriodStart', 'CommitmentDiscountCategory', 'CommitmentDiscountId',
        'CommitmentDiscountName', 'CommitmentDiscountQuantity', 'CommitmentDiscountStatus',
        'CommitmentDiscountType', 'CommitmentDiscountUnit', 'ConsumedQuantity', 'ConsumedUnit',
        'ContractedCost', 'ContractedUnitPrice', 'EffectiveCost', 'HostProviderName', 'InvoiceDetailId',
        'InvoiceId', 'InvoiceIssuerName', 'ListCost', 'ListUnitPrice', 'PricingCategory', 'PricingQuantity',
        'PricingUnit', 'RegionId', 'RegionName', 'ServiceCategory', 'ServiceName', 'ServiceProviderName',
        'ServiceSubcategory', 'SkuId', 'SkuMeter', 'SkuPriceDetails', 'SkuPriceId', 'SubAccountId',
        'SubAccountName', 'SubAccountType', 'Tags', 'x_ChargeKey', 'x_CorrectionOf', 'x_CorrectionReason',
        'x_CostCenterId', 'x_Environment', 'x_Feature', 'x_LedgerChargeKey', 'x_Meter', 'x_ModelDeveloper',
        'x_ModelId', 'x_PriceCardVersion', 'x_PriceSource', 'x_ServiceTier', 'x_SplitOriginCost',
        'x_SplitOriginId', 'x_TokenCacheAction', 'x_TokenDirection', 'x_WorkloadName',
    ]) }}
{%- endmacro %}

{# The same of a closed month, as they are posted, under the names of the specification. #}
{% macro focus_delivered_columns() -%}
    {%- set columns = [] -%}
    {%- for name in focus_cost_and_usage_columns() -%}
        {%- do columns.append(name | lower ~ ' as ' ~ adapter.quote(name)) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}
