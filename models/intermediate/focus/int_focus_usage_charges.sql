-- Usage as charges in the shape of int_focus_charges.
with metered as (

    select * from {{ ref('int_focus_usage_metered') }}

),

priced as (

    select
        *,
        -- where the list has no price for what a contract prices, the contract's stands in
        coalesce(list_rate_usd, contracted_rate_usd) as shown_list_rate_usd,
        provider || '/' || billed_model || '/' || meter as sku_id,
        {{ month_of('usage_date') }} as usage_period
    from metered

)

select
    md5({{ row_text(focus_usage_key() + ['meter']) }}) as charge_key,
    -- the charge of the ledger that this is a part of: charge_columns() as int_charges_daily fills them
    md5({{ row_text([
        'usage_period', "'usage'", "'requests'", "coalesce(team_id, 'unattributed')", "coalesce(cost_center_id, 'none')",
        "coalesce(service_name, 'none')", "coalesce(feature, 'none')", "coalesce(environment, 'none')",
        "coalesce(provider, 'none')", "coalesce(billed_model, 'none')",
    ]) }}) as ledger_key,
    'Usage' as charge_category,
    cast(null as {{ dbt.type_string() }}) as charge_class,
    'Usage-Based' as charge_frequency,
    usage_date as charge_start_date,
    {{ days_before('usage_date', -1) }} as charge_end_date,
    usage_period as billing_start_date,
    provider,
    billing_account_id,
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
                || coalesce(case when price_source = 'contract' then '/' || price_card_version end, '')
    end as sku_price_id,
    {{ focus_amount('shown_list_rate_usd') }} as list_cost_usd,
    {{ focus_amount('contracted_rate_usd') }} as contracted_cost_usd,
    cost_usd as billed_cost_usd,
    cost_usd as effective_cost_usd,
    case when price_source = 'commitment' then 'Committed' else 'Standard' end as pricing_category,
    case
        when price_source = 'commitment' then provider || '/' || billing_account_id || '/' || billed_model
    end as commitment_id,
    price_source,
    price_card_version
from priced
