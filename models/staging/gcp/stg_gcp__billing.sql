with source as (

    select * from {{ source('gcp', 'gcp_billing') }}

),

renamed as (

    select
        'gcp_billing' as bill_source,
        'google cloud' as provider_name,
        lower(service_name) as service,
        billing_account_id as stated_account_id,

        ---------- time; the invoice's month is by Pacific time and need not be that of the use
        cast(usage_start_at as date) as usage_date,
        -- a table of the console says the last day itself
        case
            when exported_at is null and cast(usage_end_at as date) > cast(usage_start_at as date)
                then cast(usage_end_at as date)
            else {{ last_day_of_charge('usage_start_at', 'usage_end_at') }}
        end as last_usage_date,
        case
            when regexp_replace(invoice_month, '^20[0-9]{2}(0[1-9]|1[0-2])$', '') = ''
                then cast(substr(invoice_month, 1, 4) || '-' || substr(invoice_month, 5, 2) || '-01' as date)
        end as billing_period_start_date,
        -- the export only grows; what was appended together is replaced together
        cast(cast(usage_start_at as date) as {{ dbt.type_string() }})
        || coalesce(' ' || cast(exported_at as {{ dbt.type_string() }}), '') as replaced_scope,
        exported_at,

        ---------- money
        {{ text_to_money('cost') }} as amount,
        {{ text_to_money('cost_at_list') }} as list_amount,
        upper(currency) as currency,
        {{ text_to_money('usage_amount') }} as billed_quantity,
        lower(usage_unit) as billed_unit,
        -- a table of the console may leave it out, and has the credits as rows of their own
        case
            when replace(lower(credit_type), ' ', '_') in ('fee_utilization_offset', 'reseller_margin')
                then replace(lower(credit_type), ' ', '_')
            when lower(credit_type) like '%discount%' then 'discount'
            when credit_type is not null then 'credit'
            when coalesce(lower(cost_type), 'regular') = 'regular' and {{ speaks_of_capacity('sku_name') }}
                then 'reserved capacity'
            else coalesce(lower(cost_type), 'regular')
        end as charge_type,
        credits,

        ---------- what for
        sku_id,
        sku_name as description,
        sku_name,
        '' as stated_model,

        ---------- whose
        project_id as sub_account_id,

        ---------- evidence
        batch_id,
        source_file,
        line_number,
        record_number,
        loaded_at
    from source

)

select * from renamed
