with source as (

    select * from {{ source('azure', 'azure_costs') }}

),

renamed as (

    select
        'azure_costs' as bill_source,
        'microsoft' as provider_name,
        -- models of others are sold on the marketplace, whose category names no service
        lower(meter_category)
        || case when lower(meter_category) = 'saas' then coalesce(' of ' || lower(publisher_name), '') else '' end
            as service,
        billing_account_id as stated_account_id,

        ---------- time
        usage_date,
        coalesce(billing_period_start_date, {{ month_of('usage_date') }})
            as billing_period_start_date,
        cast(
            coalesce(billing_period_start_date, {{ month_of('usage_date') }})
            as {{ dbt.type_string() }}
        ) as replaced_scope,

        ---------- money
        invoice_id,
        {{ text_to_money('cost') }} as amount,
        upper(currency) as currency,
        {{ text_to_money('quantity') }} as billed_quantity,
        lower(unit_of_measure) as billed_unit,
        case
            when lower(charge_type) = 'usage' and {{ speaks_of_capacity('meter_name') }} then 'reserved capacity'
            else lower(charge_type)
        end as charge_type,

        ---------- what for; names are abbreviated as Microsoft pleases, so a seed says what they mean
        lower(meter_id) as meter_id,
        lower(meter_name) as meter_name,
        '' as stated_model,
        coalesce(product_name, meter_name) as description,
        resource_location,

        ---------- whose
        subscription_id as sub_account_id,
        resource_id,

        ---------- evidence
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from source

)

select * from renamed
