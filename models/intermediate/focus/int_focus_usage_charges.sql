-- Usage as charges in the shape of int_focus_charges.
with metered as (

    select * from {{ ref('int_focus_usage_metered') }}

),

prepaid as (

    select * from {{ ref('int_focus_prepaid_accounts') }}

),

links as (

    select * from {{ ref('int_focus_invoice_links') }}

),

priced as (

    select
        *,
        -- where the list has no price for what a contract prices, the contract's stands in
        coalesce(list_rate_usd, contracted_rate_usd) as shown_list_rate_usd,
        provider || '/' || billed_model || '/' || meter as sku_id,
        {{ month_of('usage_date') }} as usage_period
    from metered

),

linked as (

    select
        priced.*,
        links.invoice_id,
        links.invoice_detail_id,
        case
            when priced.price_source = 'commitment'
                then 'capacity/' || priced.provider || '/' || priced.billing_account_id || '/' || priced.billed_model
            when prepaid.provider is not null then 'prepaid/' || priced.provider || '/' || priced.billing_account_id
        end as commitment_id
    from priced
    left join prepaid
        on
            priced.provider = prepaid.provider
            and priced.billing_account_id = prepaid.billing_account_id
            and priced.usage_period >= prepaid.prepaid_from
    left join links
        on
            priced.provider = links.provider
            and priced.billing_account_id = links.billing_account_id
            and priced.usage_period = links.billing_start_date

)

select
    charge_key,
    ledger_key,
    'Usage' as charge_category,
    cast(null as {{ dbt.type_string() }}) as charge_class,
    'Usage-Based' as charge_frequency,
    usage_date as charge_start_date,
    {{ days_before('usage_date', -1) }} as charge_end_date,
    usage_period as billing_start_date,
    provider,
    billing_account_id,
    invoice_id,
    invoice_detail_id,
    team_id,
    cost_center_id,
    service_name,
    feature,
    environment,
    billed_model,
    service_tier,
    region_scope,
    meter,
    quantity,
    shown_list_rate_usd as list_rate_usd,
    contracted_rate_usd,
    sku_id,
    case
        when shown_list_rate_usd is not null
            then
                sku_id || '/' || priced_tier || '/' || region_scope
                || '/' || coalesce(cast(list_context_start_tokens as {{ dbt.type_string() }}), '0')
                || '/' || left(coalesce(list_rates_key, contract_rates_key, 'none'), 8)
                || coalesce(case when price_source = 'contract' then '/' || price_card_version end, '')
    end as sku_price_id,
    {{ focus_amount('shown_list_rate_usd') }} as list_cost_usd,
    {{ focus_amount('contracted_rate_usd') }} as contracted_cost_usd,
    -- what was paid in advance is not billed again
    case when commitment_id is null then cost_usd else cast(0 as {{ money_type() }}) end as billed_cost_usd,
    cost_usd as effective_cost_usd,
    case when commitment_id is null then 'Standard' else 'Committed' end as pricing_category,
    commitment_id,
    price_source,
    price_card_version
from linked
