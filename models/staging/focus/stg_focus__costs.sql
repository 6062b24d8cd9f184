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
        {{ last_day_of_charge('charge_period_start_at', 'charge_period_end_at') }} as last_usage_date,
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
        case
            when service_name like '%(Amazon Bedrock Edition)' and sku_meter like '%oken%' then 'marketplace '
            else ''
        end
        || lower(case when consumed_quantity is not null then consumed_unit else pricing_unit end) as billed_unit,
        case
            when
                charge_category = 'Usage'
                and {{ speaks_of_capacity("coalesce(meter_text, sku_meter, charge_description)") }}
                then 'reserved capacity'
            when charge_category != 'Purchase' then lower(charge_category)
            when
                commitment_discount_id is not null
                or {{ speaks_of_capacity("coalesce(meter_text, sku_meter, charge_description)") }}
                then 'purchase, commitment'
            when charge_frequency = 'Recurring' then 'purchase, recurring'
            else lower(charge_category)
        end as charge_type,
        charge_class,

        ---------- what for
        coalesce(charge_description, sku_meter) as description,
        sku_id,
        coalesce(
            lower(model),
            case
                when service_name like '%(Amazon Bedrock Edition)'
                    then lower(trim(replace(service_name, '(Amazon Bedrock Edition)', '')))
            end, ''
        ) as stated_model,
        lower(token_direction || coalesce(' ' || token_cache_action, '')) as stated_class,
        -- the texts that may name model and meter; of AWS the description has the usage type in it
        meter_text,
        sku_meter,
        {{ replace_all('charge_description', '^.* for ([A-Z0-9]+-[^ ]+) in .*$', '\\1') }} as charge_text,
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
