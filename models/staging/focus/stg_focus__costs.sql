with source as (

    select * from {{ source('focus', 'focus_costs') }}

),

renamed as (

    select
        'focus_costs' as bill_source,
        provider_name,
        case
            when service_name like '%(Amazon Bedrock Edition)' then 'amazon bedrock edition'
            else lower(service_name)
        end as service,
        billing_account_id as stated_account_id,

        ---------- time
        cast(charge_period_start_at as date) as usage_date,
        coalesce(cast(billing_period_start_at as date), {{ month_of('charge_period_start_at') }})
            as billing_period_start_date,
        cast(
            coalesce(cast(billing_period_start_at as date), {{ month_of('charge_period_start_at') }})
            as {{ dbt.type_string() }}
        ) as replaced_scope,

        ---------- money: use is compared at its effective cost, an invoice with what was billed
        invoice_id,
        {{ text_to_money('coalesce(effective_cost, billed_cost)') }} as amount,
        {{ text_to_money('billed_cost') }} as invoiced_amount,
        {{ text_to_money('list_cost') }} as list_amount,
        upper(currency) as currency,
        {{ text_to_money('coalesce(consumed_quantity, pricing_quantity)') }} as billed_quantity,
        lower(case when consumed_quantity is not null then consumed_unit else pricing_unit end) as billed_unit,
        lower(charge_category)
        || case
            when charge_category != 'Purchase' then ''
            when commitment_discount_id is not null then ', commitment'
            when charge_frequency = 'Recurring' then ', recurring'
            else ''
        end as charge_type,
        charge_class,

        ---------- what for; the lifetime of a cache write stands in the meter's words alone
        charge_description as description,
        sku_id,
        lower(model) as model_name,
        case
            when token_direction is null then lower(sku_meter)
            else
                lower(token_direction || coalesce(' ' || token_cache_action, ''))
                || case
                    when lower(coalesce(token_cache_action, '')) != 'write' then ''
                    when sku_meter like '%5m%' then ' 5m'
                    when sku_meter like '%30m%' then ' 30m'
                    when sku_meter like '%1h%' then ' 1h'
                    else ''
                end
        end as token_class,
        lower(service_tier) as service_tier,
        region_id,

        ---------- whose
        sub_account_id,
        credential_id,

        ---------- evidence
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from source

)

select * from renamed
